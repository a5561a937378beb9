"""A Document comes in; the same goes out with its damage undone and its characters settled, every change an Edit.

`RULES` is the whole of the stage: what runs, and in which order. The spec of the damage is in the doctests.
"""

from collections.abc import Sequence
from dataclasses import replace

from pipeline.model import Document
from pipeline.repair.asides import asides, list_numbers
from pipeline.repair.below import buttons, more_to_read
from pipeline.repair.bylines import bylines
from pipeline.repair.characters import simplified
from pipeline.repair.circled import circled
from pipeline.repair.codepoints import compatible, invisible, widths
from pipeline.repair.colophon import copyright_page
from pipeline.repair.glosses import glosses
from pipeline.repair.gutenberg import gutenberg
from pipeline.repair.haodoo import haodoo
from pipeline.repair.html import entities, line_breaks, tags
from pipeline.repair.imprint import imprint
from pipeline.repair.indents import indents
from pipeline.repair.marks import brackets, marks, quotes
from pipeline.repair.mojibake import chinese, western
from pipeline.repair.notices import notices
from pipeline.repair.pages import page_numbers
from pipeline.repair.references import bare_references, references
from pipeline.repair.rule import Rule, document_of
from pipeline.repair.scars import scars
from pipeline.repair.site import duplicates, site_words
from pipeline.repair.stamps import stamps
from pipeline.repair.torn import torn
from pipeline.repair.wikisource import wikisource
from pipeline.repair.wraps import wraps
from pipeline.repair.written import with_written
from pipeline.repair.zhe import zhe

SETTLING: tuple[Rule, ...] = (
    zhe,  # 隨著 -> 隨着
    simplified,  # 隨 -> 随
)
RULES: tuple[Rule, ...] = (
    gutenberg,  # *** START OF THE PROJECT GUTENBERG EBOOK 紅樓夢 ***
    wikisource,  # 於 2026年12月1日 從維基文庫匯出
    haodoo,  # 《好讀書櫃》典藏版
    western,  # ä½\xa0å¥½ -> 你好
    chinese,  # 浣犲ソ锛屼笘鐣 -> 你好，世界
    torn,  # 我們?cè)诎l(fā)展 -> 我們在發(fā)展; before the glosses go, which are its evidence
    glosses,  # 局長(zhǎng) -> 局長
    stamps,  # 肖<big>藏书网</big>亚文 -> 肖亚文
    entities,  # &ldquo;好&rdquo; -> “好”
    line_breaks,  # 花开了。<br/>花落了。 -> two lines
    indents,  # 花开了。　　他走了。 -> two lines
    tags,  # 柏林<a href="…">洪</a>堡 -> 柏林洪堡
    compatible,  # ⽂字 -> 文字
    invisible,  # characters without width
    widths,  # １９９８年 -> 1998年
    scars,  # 順應時展 -> 順應時代發展
    references,  # 周公[1]东征 -> 周公东征
    bare_references,  # 他走了。12天黑了。 -> 他走了。天黑了。, where they count
    circled,  # 蒙特梭利①女士 -> 蒙特梭利女士, where notes answer
    site_words,  # 時間:2022-03-29 06:05:00 -> the document's date
    bylines,  # 2019-09-26 12:11 来源：证券时报网 -> the document's date
    more_to_read,  # 往期精彩回顾, and titles below it
    buttons,  # 分享, 收藏, 收起 below the last line
    notices,  # 【青牛书吧】www.qingniu.com below every chapter
    asides,  # 第十二章 风起（求月票） -> 第十二章 风起
    list_numbers,  # 12.第12章 下山 -> 第12章 下山
    page_numbers,  # -- 129, where they count
    imprint,  # 《四世同堂》, 作者：老舍 -> the document's title and creator
    copyright_page,  # 图书在版编目（CIP）数据, ISBN 978-…, 定价：39.80元
    duplicates,  # a long paragraph twice in a row -> once
    wraps,  # lines broken at a fixed width -> one paragraph
    brackets,  # 辦法(試行)公布,請 -> 辦法（試行）公布,請
    marks,  # 同志們,大家 -> 同志們，大家
    quotes,  # "好" -> “好”
    *SETTLING,
)
ROUNDS = 4  # a repair may uncover another; what is repaired comes out of a further round unchanged


def repair(document: Document) -> Document:
    """Run every rule in order, and again until nothing changes: repairing twice is repairing once.

    >>> from pipeline.repair.rule import document_of
    >>> repair(document_of("局長(zhǎng)在創(chuàng)新教育大會(huì)發(fā)言")).text
    '局长在创新教育大会发言'
    """
    document = _repaired(document)
    title = _repaired(document_of(document.title))
    return replace(document, title=title.text, written_title=title.written)


def _repaired(document: Document) -> Document:
    """The document with its damage undone, then its characters settled; how it was written before that is kept."""
    whole = _settled(document, RULES[: -len(SETTLING)])
    plain = _once(whole, SETTLING)
    return whole if plain is whole else with_written(_settled(plain, RULES), whole)


def _settled(document: Document, rules: Sequence[Rule]) -> Document:
    for _ in range(ROUNDS):
        before = document.text
        document = _once(document, rules)
        if document.text == before:
            break
    return document


def _once(document: Document, rules: Sequence[Rule]) -> Document:
    for rule in rules:
        document = rule(document)
    return document
