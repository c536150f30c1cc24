"""Names of the demo mall's shops and staff, Chinese and English. All invented or generic."""

from collections.abc import Iterator
from typing import Final


def _pairs(text: str) -> list[tuple[str, str]]:
    pairs = [line.strip().split(" ", 1) for line in text.strip().splitlines()]
    return [(zh, en) for zh, en in pairs]


SHOPS: Final[dict[str, list[tuple[str, str]]]] = {
    "B1": _pairs(
        """
        +谷香面馆 Grain Noodles
        +一盏茶 One Cup Tea
        +麦田烘焙 Wheatfield Bakery
        +川味小馆 Little Sichuan
        +花甲粉铺 Clam Noodle Bar
        +粥道 Congee House
        +炭火烧肉饭 Charcoal Rice Bowl
        +鲜果切 Fresh Cuts
        +豆花坊 Tofu Pudding
        +锅气小炒 Wok Hei
        +蒸功夫 Steam Kitchen
        +卷饼研究所 Wrap Lab
        +酸奶角 Yoghurt Corner
        +老街卤味 Old Street Deli
        +牛杂档 Beef Broth Stall
        +海盐冰淇淋 Sea Salt Gelato
        家家药房 Homecare Pharmacy
        速洁干洗 Swift Dry Cleaning
        巧手裁缝 Nimble Tailor
        金钥匙配锁 Golden Key Locksmith
        亮眼眼镜 Bright Eye Optics
        四季花店 Four Seasons Flowers
        快印坊 Quick Print
        小修匠手机维修 Phone Fixers
        美甲时光 Nail Hour
        剪刀手理发 Scissor Hands
        宠物小站 Pet Stop
        十元好物 Ten Yuan Finds
        童趣文具 Playful Stationery
        收纳生活 Tidy Home
        便民驿站 Parcel Station
        旅行箱包 Luggage Depot
        +烟火面食 Hearth Dumplings
        +鲜榨工坊 Juice Works
        +糖水铺 Sweet Soup Shop
        +寿司小町 Sushi Lane
        +咖喱屋 Curry House
        +煎饼先生 Mister Pancake
        +热卤侠 Hot Stew Hero
        +街角咖啡 Corner Coffee
        +冒菜一绝 Maocai Bowl
        +章鱼小丸子 Octopus Balls
        +关东煮 Oden Corner
        +凉皮西施 Cold Noodle Lady
        +炸鸡工厂 Fried Chicken Works
        +双皮奶 Milk Custard
        +臭豆腐 Stinky Tofu
        +生煎包 Pan-fried Buns
        +葱油饼 Scallion Pancakes
        +竹筒饭 Bamboo Rice
        +烤红薯 Sweet Potato Stand
        +粽子铺 Rice Dumpling Shop
        +冰粉凉糕 Iced Jelly
        +手打柠檬茶 Hand-Shaken Lemon Tea
        五金杂货 Hardware Corner
        进口零食 Snacks of the World
        彩票中心 Lottery Centre
        净水生活 Clear Water
        干果铺子 Nut & Dry Fruit
        儿童理发 Kids' Haircuts
        """
    ),
    "L1": _pairs(
        """
        云裳女装 Yunshang Womenswear
        素白 Subai
        晨曦珠宝 Dawn Jewellery
        知时钟表 Hourwise Watches
        玉满堂 Jade Hall
        花漾美妆 Bloom Cosmetics
        润肤研究室 Skin Study
        香氛地图 Scent Atlas
        山野户外 Wildridge Outdoor
        +北纬咖啡 Latitude Coffee
        +茶语时光 Teatime Stories
        丝语 Silk Whisper
        皮匠世家 Cordwain Leather
        高跟巷 Heel Lane
        男仕衣橱 Gent's Wardrobe
        墨尚 Moshang Menswear
        极光数码 Aurora Digital
        声学空间 Acoustic Space
        智行出行 Smart Mobility
        镜间 Lens & Frame
        时光银饰 Silver Hours
        翡冷翠皮具 Florentine Bags
        慢花房 Slow Flowers
        拾光巧克力 Found Light Chocolate
        云顶腕表 Summit Timepieces
        棉花糖 Cotton Cloud
        未来屋 Future House
        格调围巾 Scarf & Style
        珍珠海 Pearl Sea
        +法式面包房 French Oven
        +果木烤坊 Fruitwood Grill
        美物集 Fine Things
        海派旗袍 Shanghai Qipao
        青瓷坊 Celadon House
        轻奢衣橱 Light Luxe
        新能源体验馆 EV Gallery
        银杏银行 Ginkgo Bank
        蓝鲸通讯 Blue Whale Mobile
        礼遇 Gift Gallery
        护肤诊室 Skin Clinic
        运动一百 Sport One Hundred
        +手冲咖啡 Pour-Over Bar
        围巾物语 Scarf Stories
        旅行珠宝 Voyage Jewels
        亲肤护理 Gentle Care
        钢笔与纸 Pen & Paper
        """
    ),
    "L2": _pairs(
        """
        跃动体育 Leap Sports
        快跑者 Fast Runner
        羽毛球馆 Shuttle House
        骑行者 Rider's Yard
        童梦城堡 Dream Castle Kids
        小鹿童装 Fawn Kidswear
        积木王国 Brick Kingdom
        益智乐园 Clever Play
        牛仔部落 Denim Tribe
        基本款 The Basics
        青年志 Youth Diary
        街头文化 Street Culture
        内衣物语 Intimate Tales
        睡眠研究所 Sleep Institute
        帽子星球 Planet Hat
        袜子先生 Mister Socks
        衬衫工厂 Shirt Works
        毛衣小镇 Knit Town
        手作皮艺 Handmade Leather
        游戏前线 Game Front
        影像馆 Camera Hall
        智能家居 Smart Living
        厨艺生活 Kitchen Life
        北欧家居 Nordic Rooms
        毛巾与浴 Towel & Bath
        香薰蜡烛 Candle Room
        文创集市 Makers' Market
        漫画屋 Comic Den
        乐器之家 Music House
        舞蹈教室 Dance Studio
        英语角 English Corner
        小画家 Little Painters
        孕婴之家 Mother & Baby
        +奶茶制造 Milk Tea Made
        +抹茶庭 Matcha Court
        +轻食沙拉 Light Salad
        潮玩盒子 Toy Box
        户外露营 Camp & Co
        箱包旅行 Travel Goods
        +茶歇 Tea Break
        眼镜工坊 Optical Works
        裁缝铺 Tailor's Room
        手机配件 Phone Extras
        拼图世界 Puzzle World
        滑板社 Board Crew
        毛绒伙伴 Plush Friends
        泳装馆 Swim House
        纽扣博物 Button Museum
        """
    ),
    "L3": _pairs(
        """
        +江南小厨 Jiangnan Kitchen
        +巴蜀火锅 Bashu Hot Pot
        +粤华酒楼 Canton Hall
        +西北食堂 Northwest Canteen
        +湘味楼 Hunan House
        +东北大院 Dongbei Yard
        +鱼乐无穷 Happy Fish
        +烤鸭坊 Roast Duck House
        +和风料理 Wafu Dining
        +韩式烤肉 Seoul Grill
        +泰香园 Thai Garden
        +意式厨房 Cucina Nostra
        +印度香料屋 Spice of India
        +牛排工坊 Steak Works
        +素食坊 Green Table
        +海鲜大排档 Seafood Deck
        +自助餐厅 Grand Buffet
        +茶馆听雨 Rain Teahouse
        +精酿酒吧 Craft Tap
        +甜品研究室 Dessert Lab
        +冰城 Ice City
        书香阁 Book Pavilion
        密室逃脱 Escape Rooms
        桌游俱乐部 Board Game Club
        电玩城 Arcade City
        迷你唱吧 Mini Karaoke
        瑜伽生活 Yoga Life
        陶艺体验 Pottery Studio
        摄影棚 Photo Studio
        按摩养生 Massage & Rest
        美发沙龙 Hair Salon
        牙科诊所 Dental Clinic
        少儿编程 Kids Coding
        钢琴学堂 Piano School
        +咖啡实验室 Coffee Bench
        +羊汤馆 Lamb Soup
        +饺子王国 Dumpling Kingdom
        +春卷铺 Spring Rolls
        +酸菜鱼庄 Pickle Fish
        +小龙虾码头 Crayfish Pier
        +云吞世家 Wonton House
        +铁板烧 Teppan Stage
        +煲仔饭 Claypot Rice
        +烤串部落 Skewer Tribe
        黑胶唱片 Vinyl Room
        游戏体验馆 Play Lab
        射箭俱乐部 Archery Club
        成人舞社 Dance Society
        花艺学堂 Flower School
        """
    ),
}


def shops(floor: str) -> Iterator[tuple[str, str, str]]:
    """Category, Chinese, English of a floor's shops; a plus sign marks those where one eats."""
    for zh, en in SHOPS[floor]:
        yield ("foodservice" if zh.startswith("+") else "retail", zh.lstrip("+"), en)


def boutiques() -> Iterator[tuple[str, str, str]]:
    """What stands in rooms that no shop was named for."""
    for number in range(1, 100):
        yield "retail", f"精品店{number}", f"Boutique {number}"


STAFF: Final = _pairs(
    """
    王芳 Wang Fang
    李娜 Li Na
    张伟 Zhang Wei
    刘洋 Liu Yang
    陈静 Chen Jing
    杨帆 Yang Fan
    赵敏 Zhao Min
    黄丽 Huang Li
    周婷 Zhou Ting
    吴昊 Wu Hao
    徐慧 Xu Hui
    孙琳 Sun Lin
    马超 Ma Chao
    朱莉 Zhu Li
    胡军 Hu Jun
    郭欣 Guo Xin
    何雨 He Yu
    高翔 Gao Xiang
    林悦 Lin Yue
    罗兰 Luo Lan
    郑凯 Zheng Kai
    梁宇 Liang Yu
    谢婉 Xie Wan
    宋健 Song Jian
    唐宁 Tang Ning
    许强 Xu Qiang
    韩磊 Han Lei
    冯刚 Feng Gang
    邓勇 Deng Yong
    曹阳 Cao Yang
    彭飞 Peng Fei
    曾涛 Zeng Tao
    萧然 Xiao Ran
    田野 Tian Ye
    董梅 Dong Mei
    潘秀 Pan Xiu
    袁桂 Yuan Gui
    蔡荣 Cai Rong
    余波 Yu Bo
    叶青 Ye Qing
    """
)
