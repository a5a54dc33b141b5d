//! Events by province of the user.

use streamgauge_sdk::prelude::*;

/// The provinces as the data spells them (only the municipalities carry 市) and in English.
const PROVINCES: [(&str, &str); 34] = [
    ("北京市", "Beijing"),
    ("天津市", "Tianjin"),
    ("河北", "Hebei"),
    ("山西", "Shanxi"),
    ("内蒙古", "Inner Mongolia"),
    ("辽宁", "Liaoning"),
    ("吉林", "Jilin"),
    ("黑龙江", "Heilongjiang"),
    ("上海市", "Shanghai"),
    ("江苏", "Jiangsu"),
    ("浙江", "Zhejiang"),
    ("安徽", "Anhui"),
    ("福建", "Fujian"),
    ("江西", "Jiangxi"),
    ("山东", "Shandong"),
    ("河南", "Henan"),
    ("湖北", "Hubei"),
    ("湖南", "Hunan"),
    ("广东", "Guangdong"),
    ("广西", "Guangxi"),
    ("海南", "Hainan"),
    ("重庆市", "Chongqing"),
    ("四川", "Sichuan"),
    ("贵州", "Guizhou"),
    ("云南", "Yunnan"),
    ("西藏", "Tibet"),
    ("陕西", "Shaanxi"),
    ("甘肃", "Gansu"),
    ("青海", "Qinghai"),
    ("宁夏", "Ningxia"),
    ("新疆", "Xinjiang"),
    ("香港", "Hong Kong"),
    ("澳门", "Macau"),
    ("台湾", "Taiwan"),
];

/// Counts events by `province`. The result's keys are the raw texts.
#[derive(Debug, Default)]
pub struct Province;

impl Metric for Province {
    type Accumulator = Counter<String>;

    fn describe(&self) -> Descriptor {
        let doc = ("各省份用户的事件数", "Number of events by province of the user");
        let labels = PROVINCES.map(|(name, english)| (name, (name, english)));
        let province = Output::dimension("province", ("省份", "Province")).labels(labels);
        let title = ("省份分布", "Provinces");
        Descriptor::new("province", env!("CARGO_PKG_VERSION"), doc)
            .input("province", FieldType::Text)
            .output(province)
            .output(Output::measure("events", ("事件数", "Events")))
            .view(View::hbar("ranking", title, "province", "events").sorted().top(15))
    }

    fn add(&self, counter: &mut Self::Accumulator, batch: &Batch) -> Result<()> {
        counter.count(batch.text(0)?);
        Ok(())
    }

    fn result(&self, counter: &Self::Accumulator) -> Result<Table> {
        Ok(counter.table())
    }
}

export_metric!(Province);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn provinces_are_counted_by_their_text() {
        let rows = testing::TestBatch::default().text(["广东", "北京市", "广东", "", "Atlantis"]);
        let result = testing::result_of::<Province>("{}", &rows);
        let expected = [["", "1"], ["Atlantis", "1"], ["北京市", "1"], ["广东", "2"]];
        assert_eq!(result, expected);
    }

    #[test]
    fn the_laws_hold() {
        let names = (0..500).map(|row| PROVINCES[row * row % PROVINCES.len()].0);
        testing::check_laws::<Province>("{}", &testing::TestBatch::default().text(names));
    }
}
