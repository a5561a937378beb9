"""What sites, uploaders and authors leave in a novel goes; what only looks like it stays; and who wrote it is kept."""

import json
from pathlib import Path

import pytest

from pipeline.edits import undo
from pipeline.repair import repair
from pipeline.repair.rule import document_of
from pipeline.segment import Sizes, segment
from tests.test_book import audiobook

NOVEL = """《大荒剑主》作者：林间一石.txt

第一章 风起（求月票）
林风站在山巅，望着远处的云海。
“师父，我要下山了。”他低声说道。
（本章完）
PS：新书求收藏，求推荐票！
上一章 目录 下一章

第二章 下山【第二更】
林风下了山，来到一座小<big>藏书网</big>镇。镇上人来人往，好不热闹。
天才一秒记住本站地址：www.xxbook.com，最快更新！
他走进一家<a href='/book/1'>客栈</a>，<b>要</b>了一间上房。<s></s>
感谢书友“清风”打赏的100起点币！
（未完待续。）

第三章 客栈（4000字大章，求订阅）
客栈里坐满了人。
本章未完，请点击下一页继续阅读
ww　w　.　xia　oshu　otxt.ne t［t.xt小，说［天堂｝
小二端上茶来，笑道：“客官慢用。”9９lｉb?
未完待续

第四章 夜谈（上）（为盟主“白云”加更）
夜里，有人敲门。
求月票！求月票！求月票！
（三更毕，求票。）
--(完)-- 青牛出品，必属精品！
"""
TOLD = """第一章 风起
林风站在山巅，望着远处的云海。
“师父，我要下山了。”他低声说道。
第二章 下山
林风下了山，来到一座小镇。镇上人来人往，好不热闹。
他走进一家客栈，要了一间上房。
第三章 客栈
客栈里坐满了人。
小二端上茶来，笑道：“客官慢用。”
第四章 夜谈（上）
夜里，有人敲门。"""
CHAPTER = """第{n}章 {title}（www.qnbook8.com）
林风又走了一程，天色渐渐暗了。
起程第{n}次，他回头望了望来路。本书由青牛中文网首发，请勿转载！
【青牛书吧】www.qnbook8.com
远处有灯火{n}盏。
更新时间2010-1-{n} 16:02:34  字数：{n}021
<a href=http://www.qnbook8.com>青牛中文网 www.qnbook8.com 欢迎广大书友光临阅读，连载作品尽在这里！</a>
"""
SERIAL = (
    "严正声明：本书为青牛小说网(www.qnbook8.com)的用户上传至其在本站的存储空间，以下作品内容之版权与本站无关。\n"
    "『大荒剑主/作者:林间一石』\n『状态:更新到:第9章』\n章节目录\n"
    + "".join(CHAPTER.format(n=n, title="荒" * n) for n in range(1, 10))
    + "他 ...［本章未完，请点击下一页继续阅读！］\n"
    + "　　云海翻涌，剑气纵横。\n" * 2_000
    + "剑光落下。『还在连载中...』\n关注更新请访问:http://www.qnbook8.com/d/1/\n手机访问:http://m.qnbook8.com\n"
)


def test_what_a_site_says_of_itself_goes_from_a_serial() -> None:
    repaired = repair(document_of(SERIAL))
    lines = [line.strip() for line in repaired.text.splitlines() if line.strip()]
    told = [
        (f"第{n}章 {'荒' * n}", "林风又走了一程，天色渐渐暗了。", f"起程第{n}次，他回头望了望来路。")
        for n in range(1, 10)
    ]
    assert lines[:36] == [line for n, chapter in enumerate(told, 1) for line in (*chapter, f"远处有灯火{n}盏。")]
    assert set(lines[36:]) == {"他 ...", "云海翻涌，剑气纵横。", "剑光落下。"}
    assert (repaired.title, repaired.creator) == ("大荒剑主", "林间一石")
    assert [note.rule for note in repaired.notes] == ["cut off"]
    assert undo(repaired.text, repaired.edits) == SERIAL


def test_the_numbers_of_a_site_s_list_go_with_the_heading_that_it_says_again() -> None:
    text = "".join(f"{n}.第{n}章 荒野\n　　第{n}章 荒野\n　　剑光落下，尘土飞扬。\n" for n in range(1, 5))
    repaired = repair(document_of(text))
    assert [section.title for section in segment(repaired, Sizes()).sections] == [f"第{n}章 荒野" for n in range(1, 5)]
    assert undo(repaired.text, repaired.edits) == text


def test_an_article_may_name_a_site() -> None:
    article = "记者登录青牛网站 www.qnbook8.com 看到，小说下载服务已经更新。\n网站负责人说，请用户支持正版。\n"
    assert repair(document_of(article)).text == article


ARTICLE = """
天台山下迎新年
2021-04-05 08:00:00　来源: 山城晚报　作者：林间一石　字号：大 中 小
（原标题：天台山下迎新年，村民笑开颜）
当前位置：首页 > 新闻 > 正文
山城晚报讯 昨天，天台山下的村子里热闹非凡，家家户户都贴上了春联。
村长说：“今年的年味更浓了。”
点击进入“新春走基层”>>
本文来源：山城晚报 责任编辑：王石_NB123
(本文来自山城新闻，更多原创资讯请下载“山城新闻”APP)
【打印本页】【关闭窗口】
扫描下方二维码，关注山城晚报
免责声明：以上内容来自网友，不代表本站观点。
违法和不良信息举报电话：010-12345678
Copyright © 2021 山城晚报 版权所有
山ICP备12345678号-1
【关闭窗口】　【发表评论】　【打印本稿】
山城晚报的所有文字，未经授权，不得转载。
"""


def test_an_article_loses_what_its_page_says_around_it() -> None:
    repaired = repair(document_of(ARTICLE))
    lines = [line for line in repaired.text.splitlines() if line]
    assert lines == [
        "天台山下迎新年",
        "山城晚报讯 昨天，天台山下的村子里热闹非凡，家家户户都贴上了春联。",
        "村长说：“今年的年味更浓了。”",
    ]
    assert (repaired.date, repaired.creator) == ("2021-04-05", "林间一石")
    assert {edit.rule for edit in repaired.edits if not edit.after} == {"byline", "site words"}
    assert undo(repaired.text, repaired.edits) == ARTICLE


@pytest.mark.parametrize(
    "line",
    [
        "新华网山城频道 ( 2012-06-04 09:20:26 )        稿件来源：山城日报",
        "发布日期：2012/6/4 浏览次数：2168",
        "2012年06月04日09:20  山城科技    收藏本文",
        "最后更新: 2012-06-04 09:20:26",
    ],
)
def test_the_forms_of_a_byline(line: str) -> None:
    repaired = repair(document_of(f"天台山下迎新年\n{line}\n昨天，村子里热闹非凡。\n"))
    assert (repaired.date, repaired.text) == ("2012-06-04", "天台山下迎新年\n\n昨天，村子里热闹非凡。\n")


def test_the_date_line_of_a_page_still_tells_its_title_from_the_author_s_words() -> None:
    repaired = repair(document_of("局長發言\n\n時間:2022-03-29 06:05:00\n\n局長發言\n\n同志們:"))
    assert (repaired.title, repaired.date, repaired.text.strip()) == ("局长发言", "2022-03-29", "同志们：")


def test_the_time_of_a_meeting_is_in_its_minutes() -> None:
    minutes = "会议纪要\n时间：2023年5月6日\n地点：三楼\n出席：老王\n今天的会开了两个小时。"
    assert repair(document_of(minutes)).text == minutes


def test_dates_and_sources_that_are_the_author_s_stay() -> None:
    scenes = "".join(f"2021-04-05 0{k}:30 山城\n门开了，第{k}个人走了进来。\n" for k in range(1, 7))
    letter = "亲爱的妈妈：\n我很好，请放心。\n女儿\n2021年4月5日\n"
    novel = "第一章 夜\n2021年4月5日 23:10 山城码头\n" + "船靠岸了，没有人下来。\n" * 4_000
    found = [repair(document_of(text)) for text in (scenes, letter, novel)]
    assert [{edit.rule for edit in document.edits} & {"byline", "site words"} for document in found] == [set()] * 3


SOUND = (
    "大小",
    "未经允许，他不得踏进这个院子。",
    "视频里的人在笑。",
    "中 中",
    "收藏",
    "声明发出以后，本文作者再也没有说话。",
    "原标题党的作者如今都改行了。",
    "编辑：他把这两个字写得很大，大家都看见了。",
    "您现在的位置：不上不下。",
    "来源：心底的声音，你听。",
    "他举报电话诈骗的事，大家都知道。",
    "“求月票！”他在直播间里喊道。",
    "他求我支持他，我没有答应。",
    "感谢你的支持，没有你我走不到今天。",
    "多谢各位书友来信。",
    "第三章 夜半（三更）",
    "第七章 求婚（上）",
    "第八章 求一支好签（庙会）",
    "他打开了藏书网站，开始找书。",
    "“未完待续”四个字印在最后一页。",
    "更新了系统之后，他重启了电脑。",
    "《呐喊》",
    "- 5 -",
    "作者简介",
    "他用 <b> 把字加粗，又用 </b> 收尾。",
)


def test_a_novel_is_told_without_what_was_left_in_it() -> None:
    document = document_of(NOVEL)
    repaired = repair(document)
    assert "\n".join(line for line in repaired.text.splitlines() if line.strip()) == TOLD
    assert (repaired.title, repaired.creator) == ("大荒剑主", "林间一石")
    assert undo(repaired.text, repaired.edits) == NOVEL


@pytest.mark.parametrize("line", SOUND)
def test_what_only_looks_like_it_stays(line: str) -> None:
    assert repair(document_of(f"林风下了山。\n{line}\n他走了。")).text == f"林风下了山。\n{line}\n他走了。"


def test_the_author_is_in_the_manifest(tmp_path: Path) -> None:
    (tmp_path / "novel.txt").write_text("《背影》\n作者：朱自清\n\n我与父亲不相见已二年余了。", encoding="utf-8")
    done = audiobook("build", "novel.txt", "--engine", "tone", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    manifest = json.loads((tmp_path / "output" / "背影" / "manifest.json").read_text(encoding="utf-8"))
    assert (manifest["title"], manifest["creator"]) == ("背影", "朱自清")


PRINT = """图书在版编目（CIP）数据

山海之间：一部历史/（美）某人著；王二译.—北京：青牛出版社，2013.1
书名原文：Between the Mountains and the Sea
ISBN 978-7-5086-0000-2
Ⅰ.①山… Ⅱ.①某… ②王… Ⅲ.①历史-通俗读物 Ⅳ.①K02.49
中国版本图书馆CIP数据核字（2013）第000000号

Copyright © Someone 2011
All rights reserved.
山海之间
著　　者　［美］某人
责 任 编 辑：李 三
出版发行：青牛出版社（北京市青牛路2号　邮编：100036）
印　　张　17　字数　220千字
版　次　2013年1月第1版　2013年1月第1次印刷
定　价　39.80元
版权所有·侵权必究"""


def test_the_copyright_page_of_the_print_is_not_read() -> None:
    text = f"山海之间\n某人 著\n版权页\n{PRINT}\n序言\n作者：我在山上住了三年。\nISBN是书的号码。\n"
    repaired = repair(document_of(text))
    assert repaired.text.split() == ["序言", "作者：我在山上住了三年。", "ISBN是书的号码。"]
    assert repaired.title == "山海之间"
    assert {edit.rule for edit in repaired.edits if "CIP" in edit.before} == {"copyright page"}
    assert undo(repaired.text, repaired.edits) == text


@pytest.mark.parametrize("text", [
    "馆员说，图书在版编目（CIP）数据是给图书馆看的。\nISBN 978-7-5086-0000-2\n定价：39.80元\n出版发行：青牛出版社\n",
    "图书在版编目（CIP）数据\n山上的花都开了。\n他在山上住了三年。\n",
])  # fmt: skip
def test_what_only_speaks_of_one_stays(text: str) -> None:
    assert "copyright page" not in {edit.rule for edit in repair(document_of(text)).edits}


NOTED = """她想起蒙特梭利①女士，又想起霍布斯（Hobbes）②的书。

①意大利教育家。
②英国哲学家，
  生于一五八八年。

他把人头号令①在前门外五牌楼②上。“好个朝定！”①大家都笑了。

① 示众。
② 牌楼名。
③ 朝定：古时的礼。
"""


def test_circled_numbers_that_lead_to_notes_are_not_said() -> None:
    repaired = repair(document_of(NOTED.replace("”①", "”③")))
    assert repaired.text.split("\n")[0] == "她想起蒙特梭利女士，又想起霍布斯（Hobbes）的书。"
    assert "他把人头号令在前门外五牌楼上。“好个朝定！”大家都笑了。" in repaired.text
    assert {edit.rule for edit in repaired.edits if edit.before in "①②③"} == {"note number"}
    assert "①意大利教育家。" in repaired.text


def test_circled_numbers_whose_notes_are_lost_go_where_there_are_several() -> None:
    text = "".join(f"他是从{name}①来的人，在山上住了三年。\n" for name in ("列克星敦", "伯利恒", "克雷莫纳"))
    assert "①" not in repair(document_of(text)).text
    assert repair(document_of(text[: len(text) // 3])).text.count("①") == 1


@pytest.mark.parametrize("text", [
    "要素包括①苹果②梨③桃。\n" * 4,
    "由①得②，把③代入①。\n如图①所示，第①步见式②。\n同②，第三页。\n",
    "步骤如下：①洗；②切；③炒。\n①买菜。\n②做饭。\n③洗碗。\n",
    "他提出三点：①勤。\n②俭。\n③和。\n" * 3,
    "状态A①和状态A④之间还有别的状态。\n" * 4,
])  # fmt: skip
def test_circled_numbers_of_lists_and_figures_stay(text: str) -> None:
    assert "note number" not in {edit.rule for edit in repair(document_of(text)).edits}


FROM_AN_APP = """
为什么我们总是睡不好？
原创 林间 山城读书会 2023-05-06 08:00 发表于重庆
点击上方蓝字关注我们
收录于合集 #健康 12个
文 | 林间
编辑 | 李四
来源丨山城读书会（ID：shancheng）
昨天夜里，我又失眠了。
早一点吃晚饭，把灯关掉。
- END -
▼往期精彩回顾▼
怎样读一本书？
为什么要早起
长按二维码关注我们
点击“阅读原文”，查看更多内容
觉得不错，请点个“在看”
分享、点赞、在看，一键三连
本文为原创文章，转载请联系授权。
图片来源于网络，侵删
阅读 10万+
阅读原文
"""


def test_an_article_copied_from_an_app_is_its_text_alone() -> None:
    repaired = repair(document_of(FROM_AN_APP))
    lines = [line for line in repaired.text.splitlines() if line]
    assert lines == ["为什么我们总是睡不好？", "昨天夜里，我又失眠了。", "早一点吃晚饭，把灯关掉。"]
    assert (repaired.date, repaired.creator) == ("2023-05-06", "林间")
    assert {e.rule for e in repaired.edits if not e.after} == {"byline", "site words", "links to other articles"}
    assert undo(repaired.text, repaired.edits) == FROM_AN_APP


def test_what_a_story_tells_of_such_apps_stays() -> None:
    story = (
        "他打开手机，点了个赞，又点开在看的人。\n她只看见屏幕上一行蓝字，写着他的名字。\n“我给你点赞！”他说。\n"
        "他点击名片，关注了她。\n文章转载了很多次。\n图片来自他的相机。\n编辑走了进来。\n他不再阅读。\n"
        "往期的杂志堆在墙角。\n近期推荐\n这家店的面很好吃。\n来源不明的信，他没有拆。\n作者死了。\n"
    )
    assert repair(document_of(story)).text == story


def test_books_that_an_author_recommends_at_the_end_stay() -> None:
    for essay in ("读书是好事。\n推荐阅读\n《呐喊》\n《边城》\n", "近期推荐\n《呐喊》\n《边城》\n"):
        assert repair(document_of(essay)).text == essay


FROM_ASKERS = """
为什么天是蓝的？
作者：张三
链接：https://www.zhihu.com/question/123456/answer/7890
来源：知乎
著作权归作者所有。商业转载请联系作者获得授权，非商业转载请注明出处。

天是蓝的，因为空气把蓝光散射得更多。

发布于 2020-05-06 10:00
赞同 1.2 万
99 条评论
分享
收藏 12
收起
"""


def test_an_answer_is_its_text_alone() -> None:
    repaired = repair(document_of(FROM_ASKERS))
    assert [line for line in repaired.text.splitlines() if line] == [
        "为什么天是蓝的？",
        "天是蓝的，因为空气把蓝光散射得更多。",
    ]
    assert (repaired.date, repaired.creator) == ("2020-05-06", "张三")
    assert undo(repaired.text, repaired.edits) == FROM_ASKERS


@pytest.mark.parametrize("text", ["他说了两个词。\n喜欢\n", "分享\n收藏\n", "她爱做的事：\n收藏\n分享\n还有画画。\n"])
def test_words_that_are_no_buttons_stay(text: str) -> None:
    assert repair(document_of(text)).text == text


def test_the_day_of_a_blog_s_post_stands_below_its_title() -> None:
    post = "Python 入门\n张三的博客 于 2021-03-04 10:11:12 发布 12345 收藏 67\n分类专栏： Python\nPython 是一门语言。\n"
    repaired = repair(document_of(post))
    assert (repaired.text.split("\n"), repaired.date) == (
        ["Python 入门", "", "", "Python 是一门语言。", ""],
        "2021-03-04",
    )


E_BOOK = """
人间值得
本书由“行行”整理，如果你不知道读什么书或者想获得更多免费电子书请加小编微信或QQ：491256034
版权信息
书名：人间值得
作者：[日]某人
译者：李四
出版社：青牛出版社
出版时间：2019-08-01
ISBN：9787559634757
本书由北京青牛文化有限公司授权掌阅科技电子版制作与发行
版权所有·侵权必究
第一章 出门
那年春天，我离开了家。
更多电子书资料请搜索「书行天下」：http://www.example.com
如果你不知道读什么书，
就关注这个微信号。
公众号名称：幸福的味道
公众号ID：d716-716
小编：行行：微信号：491256034
为了方便书友朋友找书和看书，小编自己做了一个电子书下载网站，网址：www.ireadweek.com
"""


def test_an_e_book_loses_its_copyright_page_and_who_passed_it_on() -> None:
    repaired = repair(document_of(E_BOOK))
    lines = [line for line in repaired.text.splitlines() if line]
    assert lines == ["人间值得", "第一章 出门", "那年春天，我离开了家。"]
    assert (repaired.title, repaired.creator) == ("人间值得", "某人")
    assert undo(repaired.text, repaired.edits) == E_BOOK


def test_prose_under_such_words_stays() -> None:
    text = "版权\n他把版权卖了。\n作者：那是谁？\n如果你不知道读什么书，就从这本读起。\n小编也来了。\n"
    assert repair(document_of(text)).text == text
