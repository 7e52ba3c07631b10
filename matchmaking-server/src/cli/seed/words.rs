//! Names, schools, jobs and hobbies of made-up people. Whoever recognises themselves is mistaken.

use matchmaking_core::model::profile::OccupationType::{
    self, Art, Education, Finance, Freelance, Government, Legal, Logistics, Manufacturing, Media, Medical,
    RealEstate, Retail, Service, Tech,
};

pub(super) const SURNAMES: &[&str] = &[
    "王", "李", "张", "刘", "陈", "杨", "赵", "黄", "周", "吴", "徐", "孙", "胡", "朱", "高", "林", "何",
    "郭", "马", "罗", "梁", "宋", "郑", "谢", "韩", "唐", "冯", "于", "董", "萧", "程", "曹", "袁", "邓",
    "许", "傅", "沈", "曾", "彭", "吕", "欧阳", "上官", "司徒",
];

/// Characters of given names that are more often given to girls, to boys, and to either.
pub(super) const GIVEN: [&[&str]; 3] = [
    &[
        "婧", "雅", "静", "怡", "琳", "雪", "梦", "佳", "倩", "欣", "颖", "萱", "蕾", "瑶", "婷", "玥", "岚",
        "芸",
    ],
    &[
        "伟", "强", "磊", "军", "杰", "涛", "浩", "鹏", "宇", "轩", "博", "健", "俊", "峰", "毅", "凯", "坤",
        "铭",
    ],
    &[
        "安", "然", "晨", "文", "一", "思", "子", "嘉", "宁", "乐", "清", "之", "明", "晓", "若", "云", "星",
        "亦",
    ],
];

/// Schools by the level they lead to: kind, names.
pub(super) const TOP_SCHOOLS: (&str, &[&str]) = (
    "985",
    &[
        "上海交通大学",
        "复旦大学",
        "浙江大学",
        "北京大学",
        "南京大学",
        "武汉大学",
        "中山大学",
        "四川大学",
        "西安交通大学",
    ],
);
pub(super) const GOOD_SCHOOLS: (&str, &[&str]) = (
    "211",
    &[
        "上海大学",
        "苏州大学",
        "北京邮电大学",
        "华南师范大学",
        "西南大学",
        "郑州大学",
        "暨南大学",
        "南京师范大学",
    ],
);
pub(super) const OTHER_SCHOOLS: (&str, &[&str]) = (
    "普通本科",
    &["杭州师范大学", "广州大学", "深圳大学", "上海师范大学", "成都大学", "宁波大学", "重庆工商大学"],
);
pub(super) const COLLEGES: (&str, &[&str]) =
    ("高职高专", &["深圳职业技术大学", "金华职业技术大学", "天津职业大学", "长沙民政职业技术学院"]);

/// A field of work: its share of people against the other fields, by schooling (without a degree, bachelor,
/// more), what it pays in ten thousand a year at the start, jobs, and majors that lead there.
pub(super) struct Work {
    pub(super) kind: OccupationType,
    pub(super) share: [u32; 3],
    pub(super) pay: f64,
    pub(super) jobs: &'static [&'static str],
    pub(super) majors: &'static [&'static str],
}

pub(super) const WORK: &[Work] = &[
    work(
        Tech,
        [60, 220, 260],
        17.0,
        &["软件工程师", "产品经理", "测试工程师", "数据分析师"],
        &["计算机科学", "软件工程"],
    ),
    work(Finance, [40, 110, 150], 16.0, &["投资顾问", "会计", "风控经理", "客户经理"], &["金融学", "会计学"]),
    work(
        Education,
        [30, 110, 180],
        11.0,
        &["中学教师", "英语教师", "研究员", "课程顾问"],
        &["汉语言文学", "教育学"],
    ),
    work(Medical, [50, 70, 120], 12.0, &["护士", "医生", "药剂师", "医学检验师"], &["临床医学", "药学"]),
    work(Legal, [5, 35, 60], 13.0, &["律师", "法务专员"], &["法学"]),
    work(Government, [30, 90, 110], 11.0, &["公务员", "事业单位职员"], &["行政管理", "公共管理"]),
    work(Media, [40, 60, 30], 11.0, &["编辑", "记者", "新媒体运营"], &["新闻学", "广告学"]),
    work(Art, [30, 45, 25], 10.0, &["平面设计师", "插画师", "音乐老师"], &["视觉传达", "音乐学"]),
    work(Manufacturing, [180, 95, 40], 10.0, &["机械工程师", "质检员", "生产主管"], &["机械工程", "自动化"]),
    work(Retail, [170, 60, 5], 8.0, &["店长", "采购", "电商运营"], &["市场营销", "国际贸易"]),
    work(Service, [190, 40, 5], 7.5, &["酒店主管", "咖啡师", "导游", "厨师"], &["旅游管理", "酒店管理"]),
    work(RealEstate, [50, 25, 5], 10.0, &["置业顾问", "项目经理"], &["土木工程", "工程管理"]),
    work(Logistics, [85, 20, 5], 8.0, &["物流主管", "调度员"], &["物流管理"]),
    work(Freelance, [40, 20, 5], 9.0, &["自由摄影师", "自由撰稿人", "健身教练"], &["英语", "摄影"]),
];

const fn work(
    kind: OccupationType,
    share: [u32; 3],
    pay: f64,
    jobs: &'static [&'static str],
    majors: &'static [&'static str],
) -> Work {
    Work { kind, share, pay, jobs, majors }
}

pub(super) const INTERESTS: &[&str] = &[
    "旅行",
    "摄影",
    "瑜伽",
    "跑步",
    "健身",
    "游泳",
    "羽毛球",
    "篮球",
    "登山",
    "骑行",
    "滑雪",
    "阅读",
    "写作",
    "电影",
    "音乐",
    "钢琴",
    "吉他",
    "唱歌",
    "绘画",
    "书法",
    "看展",
    "话剧",
    "烹饪",
    "烘焙",
    "咖啡",
    "品茶",
    "美食",
    "园艺",
    "养猫",
    "养狗",
    "桌游",
    "电子游戏",
    "围棋",
    "编程",
    "外语",
    "志愿服务",
    "露营",
    "舞蹈",
    "手工",
    "投资理财",
];

pub(super) const HOPES: &[&str] = &[
    "希望遇到一个聊得来的人。",
    "期待一段认真的关系。",
    "周末想找人一起出去走走。",
    "相信陪伴是最长情的告白。",
    "慢热，但很真诚。",
    "先从朋友做起也很好。",
];

pub(super) const WORDS_FOR_OTHERS: &[&str] =
    &["希望对方性格温和，懂得沟通", "三观合最重要", "希望对方热爱生活", "孝顺，有责任心", "作息规律，不抽烟"];
