"""What is wrong with a site, in Chinese: one line for each kind of text, ``{}`` for what it names."""

import functools
import re
from typing import Final

TEXTS: Final = {
    "a second floor {}; short names must differ": "有两层都叫 {}；简称不能相同",
    "calls of now do not fit this site: {}": "现在的呼叫与这个场地不符：{}",
    "cannot be reached on foot from the rest of the building": "从楼里其他地方步行到不了",
    "cannot be reached on foot: expected an opening in its wall": "步行到不了：墙上应有门洞",
    "cannot be reached with a wheelchair": "轮椅到不了",
    "cannot be read": "无法读取",
    "cannot be read now: {}": "现在无法读取：{}",
    "carries unknown item {}": "随身带的物品 {} 不存在",
    "category {} is not IMDF's; taken for a room": "类别 {} 不是 IMDF 的；按房间处理",
    "conveying={} gives no direction: taken as both ways": "conveying={} 没有方向：按双向处理",
    "count is {}, expected 1 to {}": "count 是 {}，应为 1 到 {}",
    "device {} belongs to {} as well": "设备 {} 同时属于 {}",
    "expected a FeatureCollection with a list of features": "应为带 features 列表的 FeatureCollection",
    "expected a GeoJSON FeatureCollection": "应为 GeoJSON FeatureCollection",
    "expected a directory or a zip archive of *.geojson and site.toml": (
        "应为含 *.geojson 和 site.toml 的文件夹或 zip"
    ),
    "expected a list of tables, got {}": "应为表的列表，却是 {}",
    "expected a name in both languages": "中英文名称都要有",
    "expected a priority of 1 to 4": "级别应为 1 到 4",
    "expected an id of 1 to 64 letters, digits, _ or -": "编号应为 1 到 64 个字母、数字、_ 或 -",
    "expected at least one floor": "至少要有一层",
    "expected at least one {}": "至少要有一个 {}",
    "expected either device_id, or first_device_id with count": "应有 device_id，或 first_device_id 加 count",
    "expected either space, or floor and outer (a list of corners in metres)": (
        "应有 space，或 floor 加 outer（以米为单位的顶点列表）"
    ),
    "expected loan_s above 0, or none": "借用时间应大于 0，或没有",
    "expected spares of 0 to 5, and none of what has wheels": "多带的数量应为 0 到 5，带轮子的不能多带",
    "expected offer_timeout_s above 0": "询问时限应大于 0",
    "expected seconds_per_floor above 0 and wait_s of 0 or more": "每层秒数应大于 0，等待秒数不能为负",
    "expected shift hours of 0 to 24": "班次时间应为 0 到 24 时",
    "expected target_s above 0": "到场时限应大于 0",
    "expected this file beside the *.geojson files": "*.geojson 旁边应有这个文件",
    "expected unit_ids of unit.geojson, or a level_id": "应有 unit.geojson 里的 unit_ids，或一个 level_id",
    "expected walk_mps of 0.3 to 3.0": "步行速度应为每秒 0.3 到 3.0 米",
    "first_device_id {}, expected an address such as C3:00:00:25:EF:6A": (
        "first_device_id 是 {}，应为 C3:00:00:25:EF:6A 这样的地址"
    ),
    "floor {} is not drawn, expected one of {}": "楼层 {} 没有画出，应为 {} 之一",
    "geometry cannot be read: {}": "图形无法读取：{}",
    "geometry is empty": "图形是空的",
    "geometry is {}, expected {}": "图形是 {}，应为 {}",
    "hangs at {} m, expected 0 to {} m": "高度 {} 米，应为 0 到 {} 米",
    "hangs outside the outline of {}": "在 {} 的轮廓之外",
    "has no role: expected one or more": "没有岗位：至少要有一个",
    "has no shift and so never works": "没有班次，永远不会上班",
    "is a {}, expected a {}": "是 {}，应为 {}",
    "is larger than {} MB": "大于 {} MB",
    "is the id of a unit as well; expected another": "与某个空间的编号相同；请换一个",
    "is too small or too blocked to stand in": "太小或太挤，站不了人",
    "is twice in the archive, expected once": "压缩包里有两份，应只有一份",
    "is {} m from where anybody can stand": "离能站人的地方有 {} 米",
    "its stop on {} is {} m from walkable ground": "在 {} 的停靠点离可走的地面 {} 米",
    "joins no two floors": "没有连接两层",
    "joins no two floors of this site ({}): left out": "没有连接本场地的两层（{}）：已略去",
    "ladder: expected steps with ascending after_share above 0": "升级：各级的比例应从大于 0 开始递增",
    "latitude_deg and longitude_deg are not on the globe": "经纬度不在地球上",
    "level_id {} is not in level.geojson": "level_id {} 不在 level.geojson 里",
    "needs nobody: expected one role or more": "没有写需要谁：至少要有一个岗位",
    "no depot stocks {} and nobody of the role carries it": "没有物品点存放 {}，这个岗位也没有人随身带",
    "no feature with an indoor, room or level tag: nothing to import": (
        "没有带 indoor、room 或 level 标签的对象：没有可导入的"
    ),
    "no indoor area is large enough to stand in: nothing to import": "没有能站人的室内区域：没有可导入的",
    "no indoor area or footway with a level: nothing to import": "没有带楼层的室内区域或步道：没有可导入的",
    "nobody can stand anywhere on this floor": "这一层没有能站人的地方",
    "nobody has the role {} with {}": "没有人有岗位 {} 且会 {}",
    "nobody has the role {}": "没有人有岗位 {}",
    "not JSON: {}": "不是 JSON：{}",
    "not TOML: {}": "不是 TOML：{}",
    "not a valid polygon: {}": "多边形不成立：{}",
    "overlaps {} by {} m²": "与 {} 重叠 {} 平方米",
    "positioning or dashboard would not start: {}": "定位或画面服务起不来：{}",
    "promises: expected ascending shares up to 1 and ascending within_s": (
        "承诺：比例应递增且不超过 1，时间也应递增"
    ),
    "space {} is not in unit.geojson": "空间 {} 不在 unit.geojson 里",
    "stock of {} is below 0": "{} 的库存小于 0",
    "unknown file, expected one of {}": "不认识的文件，应为 {} 之一",
    "unknown item {} in stock": "库存里的物品 {} 不存在",
    "unknown item {}": "物品 {} 不存在",
    "unknown key {}, expected one of {}": "不认识的键 {}，应为 {} 之一",
    "unknown role {}, expected one of {}": "岗位 {} 不存在，应为 {} 之一",
    "unknown role {}": "岗位 {} 不存在",
    "unknown table, expected one of {}": "不认识的表，应为 {} 之一",
    "desk_phone {}, expected a number such as 0512-6288-0000": (
        "电话 {} 无法拨打，应为 0512-6288-0000 这样的号码"
    ),
    "unknown time zone {}, expected an IANA name such as Asia/Shanghai": (
        "时区 {} 不存在，应为 Asia/Shanghai 这样的 IANA 名称"
    ),
    "vendor_format is none of the built-in ones (a mapping in the settings may define it): {}": (
        "格式不是内置的（设置里的映射可以定义它）：{}"
    ),
    "{} features have this id, expected one": "{} 个对象用了这个编号，应只有一个",
    "{} gateways have the address {}, expected one": "{} 个网关的地址都是 {}，应只有一个",
    "{} have this id, expected one": "{} 个用了这个编号，应只有一个",
    "{} m² of it lie outside the outline of {}": "有 {} 平方米在 {} 的轮廓之外",
    "{} points for {} stops, expected as many": "{} 个点对 {} 个停靠层，数目应相同",
    "{} separate outlines, expected one": "{} 个分开的轮廓，应只有一个",
    "{} stops found, expected two or more": "找到 {} 个停靠层，至少要有两个",
    "{} {} is no opening or unit of these files": "{} {} 不是这些文件里的门洞或空间",
}
"""English text → Chinese text, the more particular before the more general."""


@functools.cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    return [
        (re.compile("(.+?)".join(map(re.escape, english.split("{}")))), chinese)
        for english, chinese in TEXTS.items()
    ]


def chinese(text: str) -> str:
    """A finding's text in Chinese; empty where nobody has put it into words yet."""
    for pattern, template in _patterns():
        match = pattern.fullmatch(text)
        if match:
            return template.format(*match.groups())
    return ""
