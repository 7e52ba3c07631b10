//! Cities that made-up people live in.

/// A city with some of its districts.
pub(super) struct City {
    pub(super) province: &'static str,
    pub(super) name: &'static str,
    /// How many people live here, against the other cities.
    pub(super) share: u32,
    /// What an income is multiplied by here.
    pub(super) pay: f64,
    /// Districts, each with degrees north and east of about its middle.
    pub(super) districts: &'static [(&'static str, f64, f64)],
    /// Cities that its people would also accept.
    pub(super) near: &'static [&'static str],
}

/// The cities.
pub(super) const CITIES: &[City] = &[
    City {
        province: "上海",
        name: "上海",
        share: 190,
        pay: 1.3,
        districts: &[
            ("静安区", 31.229, 121.448),
            ("徐汇区", 31.188, 121.437),
            ("浦东新区", 31.221, 121.544),
            ("杨浦区", 31.260, 121.526),
            ("闵行区", 31.113, 121.382),
            ("长宁区", 31.220, 121.424),
        ],
        near: &["杭州", "苏州", "南京"],
    },
    City {
        province: "北京",
        name: "北京",
        share: 180,
        pay: 1.3,
        districts: &[
            ("朝阳区", 39.921, 116.443),
            ("海淀区", 39.959, 116.298),
            ("东城区", 39.928, 116.416),
            ("西城区", 39.912, 116.366),
            ("丰台区", 39.858, 116.287),
            ("通州区", 39.909, 116.657),
        ],
        near: &["天津"],
    },
    City {
        province: "广东",
        name: "深圳",
        share: 110,
        pay: 1.25,
        districts: &[
            ("南山区", 22.533, 113.930),
            ("福田区", 22.522, 114.055),
            ("宝安区", 22.555, 113.884),
            ("龙岗区", 22.720, 114.247),
        ],
        near: &["广州"],
    },
    City {
        province: "广东",
        name: "广州",
        share: 100,
        pay: 1.1,
        districts: &[
            ("天河区", 23.125, 113.361),
            ("越秀区", 23.129, 113.267),
            ("海珠区", 23.084, 113.317),
            ("番禺区", 22.937, 113.384),
        ],
        near: &["深圳"],
    },
    City {
        province: "浙江",
        name: "杭州",
        share: 90,
        pay: 1.15,
        districts: &[
            ("西湖区", 30.260, 120.130),
            ("上城区", 30.243, 120.169),
            ("滨江区", 30.208, 120.212),
            ("余杭区", 30.419, 120.299),
        ],
        near: &["上海", "宁波", "苏州"],
    },
    City {
        province: "四川",
        name: "成都",
        share: 85,
        pay: 0.95,
        districts: &[
            ("锦江区", 30.656, 104.083),
            ("武侯区", 30.642, 104.043),
            ("高新区", 30.583, 104.064),
            ("成华区", 30.660, 104.102),
        ],
        near: &["重庆"],
    },
    City {
        province: "江苏",
        name: "南京",
        share: 60,
        pay: 1.05,
        districts: &[("鼓楼区", 32.066, 118.770), ("玄武区", 32.049, 118.798), ("江宁区", 31.953, 118.840)],
        near: &["苏州", "上海"],
    },
    City {
        province: "江苏",
        name: "苏州",
        share: 55,
        pay: 1.05,
        districts: &[("姑苏区", 31.336, 120.617), ("虎丘区", 31.296, 120.574), ("吴中区", 31.263, 120.632)],
        near: &["上海", "南京", "杭州"],
    },
    City {
        province: "湖北",
        name: "武汉",
        share: 55,
        pay: 0.9,
        districts: &[("武昌区", 30.554, 114.316), ("洪山区", 30.501, 114.344), ("江汉区", 30.601, 114.271)],
        near: &["长沙"],
    },
    City {
        province: "陕西",
        name: "西安",
        share: 40,
        pay: 0.85,
        districts: &[("雁塔区", 34.223, 108.948), ("碑林区", 34.257, 108.940), ("未央区", 34.293, 108.946)],
        near: &["成都"],
    },
    City {
        province: "重庆",
        name: "重庆",
        share: 40,
        pay: 0.85,
        districts: &[("渝中区", 29.553, 106.569), ("江北区", 29.606, 106.574), ("沙坪坝区", 29.541, 106.457)],
        near: &["成都"],
    },
    City {
        province: "湖南",
        name: "长沙",
        share: 35,
        pay: 0.85,
        districts: &[("岳麓区", 28.235, 112.931), ("芙蓉区", 28.185, 113.033), ("雨花区", 28.136, 113.035)],
        near: &["武汉"],
    },
    City {
        province: "天津",
        name: "天津",
        share: 35,
        pay: 0.95,
        districts: &[("和平区", 39.117, 117.214), ("南开区", 39.138, 117.150), ("河西区", 39.110, 117.223)],
        near: &["北京"],
    },
    City {
        province: "浙江",
        name: "宁波",
        share: 25,
        pay: 1.0,
        districts: &[("海曙区", 29.860, 121.551), ("鄞州区", 29.817, 121.547)],
        near: &["杭州", "上海"],
    },
];
