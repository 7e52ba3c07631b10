use super::*;

#[track_caller]
fn table(cases: &[(&str, &str)]) {
    for (text, expected) in cases {
        assert_eq!(masked(text), *expected, "{text}");
    }
}

#[test]
fn telephone_numbers_are_hidden_however_they_are_written() {
    table(&[
        ("我的电话是13812345678", "我的电话是***"),
        ("13812345678", "***"),
        ("打我 138 1234 5678 吧", "打我 *** 吧"),
        ("138-1234-5678", "***"),
        ("138.1234.5678", "***"),
        ("+86 138 1234 5678", "***"),
        ("+8613812345678。", "***。"),
        ("008613812345678", "***"),
        ("86-13812345678", "***"),
        ("１３８１２３４５６７８", "***"),
        ("一三八一二三四五六七八", "***"),
        ("壹叁捌壹贰叁肆伍陆柒捌", "***"),
        ("幺三八 一二三四 五六七八", "***"),
        ("138一二三四5678", "***"),
        ("①③⑧①②③④⑤⑥⑦⑧", "***"),
        ("1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣", "***️⃣"),
        ("1 3 8 1 2 3 4 5 6 7 8", "***"),
        ("1-3-8-1-2-3-4-5-6-7-8", "***"),
        ("13 81 23 45 67 8", "***"),
        ("1\u{200b}3812345678", "***"),
        ("1-3812345678", "***"),
        ("1381234 5678", "***"),
        ("021-12345678", "***"),
        ("0571 8888 6666", "***"),
        ("400-123-4567", "***"),
        ("+44 20 7946 0958", "***"),
        ("call me 13812345678 or 13987654321", "call me *** or ***"),
        ("编号13812345678999", "编号***"),
        ("18岁，19912345678", "18岁，***"),
    ]);
}

#[test]
fn names_of_wechat_and_numbers_of_qq_are_hidden() {
    table(&[
        ("加我微信 abc12345", "加我微信 ***"),
        ("微信号：lovecat", "微信号：***"),
        ("微信：love_cat-88", "微信：***"),
        ("我的微信是 lovecat", "我的微信是 ***"),
        ("微信lovecat88", "微信***"),
        ("V信 lovecat88", "V信 ***"),
        ("vx: lovecat", "vx: ***"),
        ("vx12345abc", "vx***"),
        ("ＶＸ：ｌｏｖｅｃａｔ", "ＶＸ：***"),
        ("WeChat: lovecat", "WeChat: ***"),
        ("my wechat id1234567", "my wechat ***"),
        ("wxid_a1b2c3", "***"),
        ("加v lovecat88", "加v ***"),
        ("qq 123456", "qq ***"),
        ("QQ号是 1 2 3 4 5 6", "QQ号是 ***"),
        ("QQ：一二三四五六七", "QQ：***"),
        ("扣扣1234567", "扣扣***"),
        ("QQ123456789", "QQ***"),
        ("微信 13812345678", "微信 ***"),
    ]);
}

#[test]
fn addresses_and_links_are_hidden() {
    table(&[
        ("写信给 lin@example.com。", "写信给 ***。"),
        ("lin.wu+x@mail.example.co.uk!", "***!"),
        ("lin @ qq.com", "***"),
        ("ｌｉｎ＠ｑｑ．ｃｏｍ", "***"),
        ("看 https://example.com/a?b=c#d 这里", "看 *** 这里"),
        ("http://1.2.3.4:80/x", "***"),
        ("www.example.dev", "***"),
        ("example.com", "***"),
        ("去weibo.cn/u/123看", "去***看"),
        ("weibo点com", "***"),
        ("t.me/lin", "***"),
        ("weixin://dl/chat", "***"),
        ("见baidu.com，好吗", "见***，好吗"),
    ]);
}

#[test]
fn ordinary_numbers_and_words_stay() {
    for text in [
        "",
        "你好！很高兴认识你",
        "我1995年出生，今年30岁",
        "1990-2024",
        "2026-02-05 10:30:00",
        "2026年2月14日14:00见",
        "2026.02.14",
        "身高175，体重65",
        "175 65 30 1990",
        "170-175-180",
        "1.75米",
        "价格1999元，原价12999",
        "年薪30万到50万",
        "1,299,000元",
        "1 299 000",
        "三月十五日",
        "一二三四五，上山打老虎",
        "一起一三五七去",
        "100分！666",
        "520 1314",
        "地铁10号线，3站",
        "南京西路1266号恒隆广场",
        "房间 1803",
        "圆周率3.1415926535",
        "10000 20000 30000",
        "G1234次，08:15开",
        "19.9和29.9",
        "我在用微信和QQ聊天",
        "微信吧",
        "wechat moments is fun",
        "QQ 2024 年就不用了",
        "Node.js 和 Rust",
        "好的.com",
        "ok.me too",
        "见面吧。我很期待",
        "@张三 来吗",
        "a@b",
        "C++ / C# 11",
        "1/2 + 3/4",
        "(1) 去北京 (2) 去上海",
        "第一、第二、第三、第四",
        "👩‍❤️‍👨 缘分",
    ] {
        assert_eq!(masked(text), text);
        assert!(matches!(masked(text), Cow::Borrowed(_)), "{text}");
    }
}

#[test]
fn several_are_hidden_each_and_the_rest_stays() {
    table(&[
        ("电话13812345678微信lovecat88邮箱a@b.cn", "电话***微信***邮箱***"),
        ("13812345678 13987654321", "*** ***"),
    ]);
}

#[test]
fn no_text_is_too_strange() {
    for c in
        ['\u{0}', '@', '.', '1', '一', ':', '/', 'w', 'q', '+', '微', '\u{200d}', '\u{fdfa}', '\u{10ffff}']
    {
        for length in [1, 2, 3, 11, 40, 2_000] {
            let text = c.to_string().repeat(length);
            let _ = masked(&text);
            let _ = masked(&format!("a{text}b"));
            let _ = masked(&format!("1{text}.com"));
        }
    }
}

#[test]
fn short_cuts_read_as_the_rule_does() {
    for c in ('\0'..='\x7f').chain('\u{4e00}'..='\u{9fff}') {
        let rule: Vec<char> = std::iter::once(c).nfkc().flat_map(char::to_lowercase).collect();
        let read: Vec<char> = Reading::of(&c.to_string()).0.iter().map(|unit| unit.read).collect();
        assert_eq!(read, rule, "{c:?}");
    }
    for word in WECHAT.iter().chain(&QQ) {
        assert!(FIRST.contains(&word.chars().next().unwrap()), "{word}");
    }
}
