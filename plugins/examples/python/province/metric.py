"""Events by province of the user: the twin of `plugins/province`, in Python."""

from streamgauge_sdk import Batch, Counter, Descriptor, Metric, Output, Table, export_metric

# The provinces as the data spells them (only the municipalities carry 市) and in English.
PROVINCES = {
    "北京市": ("北京市", "Beijing"),
    "天津市": ("天津市", "Tianjin"),
    "河北": ("河北", "Hebei"),
    "山西": ("山西", "Shanxi"),
    "内蒙古": ("内蒙古", "Inner Mongolia"),
    "辽宁": ("辽宁", "Liaoning"),
    "吉林": ("吉林", "Jilin"),
    "黑龙江": ("黑龙江", "Heilongjiang"),
    "上海市": ("上海市", "Shanghai"),
    "江苏": ("江苏", "Jiangsu"),
    "浙江": ("浙江", "Zhejiang"),
    "安徽": ("安徽", "Anhui"),
    "福建": ("福建", "Fujian"),
    "江西": ("江西", "Jiangxi"),
    "山东": ("山东", "Shandong"),
    "河南": ("河南", "Henan"),
    "湖北": ("湖北", "Hubei"),
    "湖南": ("湖南", "Hunan"),
    "广东": ("广东", "Guangdong"),
    "广西": ("广西", "Guangxi"),
    "海南": ("海南", "Hainan"),
    "重庆市": ("重庆市", "Chongqing"),
    "四川": ("四川", "Sichuan"),
    "贵州": ("贵州", "Guizhou"),
    "云南": ("云南", "Yunnan"),
    "西藏": ("西藏", "Tibet"),
    "陕西": ("陕西", "Shaanxi"),
    "甘肃": ("甘肃", "Gansu"),
    "青海": ("青海", "Qinghai"),
    "宁夏": ("宁夏", "Ningxia"),
    "新疆": ("新疆", "Xinjiang"),
    "香港": ("香港", "Hong Kong"),
    "澳门": ("澳门", "Macau"),
    "台湾": ("台湾", "Taiwan"),
}


@export_metric
class Province(Metric[Counter]):
    """Counts events by `province`. The result's keys are the raw texts."""

    def describe(self) -> Descriptor:
        doc = ("各省份用户的事件数", "Number of events by province of the user")
        title = ("省份分布", "Provinces")
        province = Output.dimension("province", ("省份", "Province"), labels=PROVINCES)
        return (
            Descriptor("province", "0.1.0", doc)
            .input("province", "text")
            .output(province)
            .output(Output.measure("events", ("事件数", "Events")))
            .view("hbar", "ranking", title, "province", "events", sorted=True, top=15)
        )

    def add(self, counter: Counter, batch: Batch) -> None:
        counter.count(batch.text(0))

    def result(self, counter: Counter) -> Table:
        return counter.table()
