"""Names and places of the demo's customers, in the scripts that people there write."""

from __future__ import annotations

import random
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Land:
    """Where some customers live. `mobile`: the country's code and the first digits; `digits`: how many follow."""

    region: str
    share: int
    language: str
    currency: str
    mobile: tuple[str, ...]
    digits: int
    cities: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]
    families: tuple[str, ...]
    women_families: tuple[str, ...] = ()  # where they differ from the men's
    family_first: bool = False


@dataclass(frozen=True, slots=True)
class Person:
    name: str
    is_woman: bool


def person_of(land: Land, chance: random.Random) -> Person:
    is_woman = chance.random() < 0.52
    first = chance.choice(land.women if is_woman else land.men)
    family = chance.choice((land.women_families or land.families) if is_woman else land.families)
    return Person(f"{family} {first}" if land.family_first else f"{first} {family}", is_woman)


LANDS = (
    Land(
        region="LA",
        share=70,
        language="lo",
        currency="LAK",
        mobile=("+8562055", "+8562056", "+8562022", "+8562099", "+8562077"),
        digits=6,
        cities=("Vientiane", "Luang Prabang", "Savannakhet", "Pakse", "Thakhek", "Vang Vieng"),
        women=("Mali", "Noy", "Bouavanh", "Keo", "Chansouk", "Latsamy", "Phone", "Vilayvanh", "Dalavanh", "Souda"),
        men=("Somchai", "Bounmy", "Khamla", "Phouvong", "Sengdao", "Vilay", "Anousone", "Kham", "Thongchanh", "Souk"),
        families=("Souk", "Vongsa", "Phommachan", "Sisoulith", "Keovilay", "Inthavong", "Xayavong", "Rattana"),
    ),
    Land(
        region="LA",
        share=45,
        language="lo",
        currency="LAK",
        mobile=("+8562054", "+8562059", "+8562028", "+8562091"),
        digits=6,
        cities=("ວຽງຈັນ", "ຫຼວງພະບາງ", "ສະຫວັນນະເຂດ", "ປາກເຊ"),
        women=("ມາລີ", "ນ້ອຍ", "ແກ້ວ", "ຈັນສຸກ", "ບົວວັນ", "ສຸດາ", "ວຽງຄຳ"),
        men=("ສົມໄຊ", "ບຸນມີ", "ຄຳຫຼ້າ", "ພູວົງ", "ວິໄລ", "ສີສະຫວາດ", "ທອງຈັນ"),
        families=("ວົງສາ", "ພົມມະຈັນ", "ສີສຸລິດ", "ແກ້ວວິໄລ", "ອິນທະວົງ", "ໄຊຍະວົງ"),
    ),
    Land(
        region="KH",
        share=45,
        language="km",
        currency="USD",
        mobile=("+85512", "+85511", "+85592"),
        digits=6,
        cities=("ភ្នំពេញ", "សៀមរាប", "បាត់ដំបង", "Phnom Penh", "Siem Reap"),
        women=("សុខា", "ចាន់ធី", "ស្រីមុំ", "បុប្ផា", "Sreymom", "Bopha", "Kunthea"),
        men=("ដារ៉ា", "វិចិត្រ", "សុភាព", "រតនា", "Dara", "Vichet", "Sophal"),
        families=("សុខ", "មាស", "ចាន់", "កែវ", "Meas", "Chea", "Sok"),
        family_first=True,
    ),
    Land(
        region="KZ",
        share=55,
        language="kk",
        currency="KZT",
        mobile=("+7701", "+7702", "+7705", "+7777", "+7747"),
        digits=7,
        cities=("Алматы", "Астана", "Шымкент", "Қарағанды", "Ақтау"),
        women=("Айгүл", "Динара", "Әсел", "Мадина", "Жанар", "Гүлнар", "Анна", "Елена"),
        men=("Нұрлан", "Ерлан", "Данияр", "Асқар", "Бауыржан", "Тимур", "Иван", "Сергей"),
        families=("Ахметов", "Сейітқали", "Қасымов", "Ибраев", "Жұмабаев", "Ким", "Петров"),
        women_families=("Ахметова", "Сейітқали", "Қасымова", "Ибраева", "Жұмабаева", "Ким", "Петрова"),
    ),
    Land(
        region="DE",
        share=30,
        language="de",
        currency="EUR",
        mobile=("+49151", "+49170", "+49160"),
        digits=8,
        cities=("Berlin", "Hamburg", "München", "Köln", "Leipzig"),
        women=("Lena", "Sabine", "Käthe", "Zoë", "Heike", "Annika"),
        men=("Jonas", "Jörg", "Matthias", "Björn", "Uwe", "Felix"),
        families=("Schmidt", "Weber", "Müller", "Groß", "Schäfer", "Vogel", "Hoffmann"),
    ),
    Land(
        region="TH",
        share=20,
        language="th",
        currency="THB",
        mobile=("+6681", "+6689"),
        digits=7,
        cities=("กรุงเทพฯ", "อุดรธานี", "Nong Khai"),
        women=("สมหญิง", "มาลัย", "Ploy", "Siriporn"),
        men=("สมชาย", "ประเสริฐ", "Niran", "Kittisak"),
        families=("ใจดี", "ศรีสุข", "Saetang", "Wongsawat"),
    ),
    Land(
        region="AE",
        share=20,
        language="ar",
        currency="USD",
        mobile=("+97150", "+97155"),
        digits=7,
        cities=("دبي", "أبو ظبي", "الشارقة"),
        women=("فاطمة", "مريم", "ليلى", "نور"),
        men=("عمر", "خالد", "يوسف", "أحمد"),
        families=("الحداد", "الناصر", "المنصوري", "الهاشمي"),
    ),
    Land(
        region="RU",
        share=15,
        language="ru",
        currency="USD",
        mobile=("+7916", "+7921"),
        digits=7,
        cities=("Москва", "Новосибирск", "Екатеринбург"),
        women=("Ольга", "Татьяна", "Мария"),
        men=("Дмитрий", "Алексей", "Павел"),
        families=("Иванов", "Смирнов", "Кузнецов"),
        women_families=("Иванова", "Смирнова", "Кузнецова"),
    ),
)
"""Shares add up to 300."""

COMPANIES = (
    *("Vientiane Coffee House", "Hotel Riverside", "ບໍລິສັດ ແສງອາລຸນ", "ТОО «Алтын Дала»", "Bäckerei Groß GmbH"),
    *("Angkor Garden Resort", "شركة النخيل", "Lao Silk Studio", "Mekong Logistics", "ООО «Северный ветер»"),
    *("Phnom Penh Builders", "Nong Khai Trading", "Kräuterhaus Weber", "Savan Farm Co-op", "ក្រុមហ៊ុន មាស"),
)
