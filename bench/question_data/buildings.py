"""Buildings with sensors as Parquet files, the same every time, for questions that nobody tuned on."""

import random
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.question_data.shop import write_tables

_SITES = (("Kings Cross Hub", "London", 5400), ("Deansgate Tower", "North West", 8800),
          ("Canary Wharf 3", "London", 12100), ("Clifton House", "South West", 2300),
          ("Leith Works", "Scotland", 3100))  # fmt: skip
_USUAL = {"temperature": 21, "humidity": 45, "co2": 650, "energy": 120}
_MESSAGES = ("High CO2", "Low battery", "Sensor offline", "Over temperature", "Humidity out of range")


def make_buildings(folder: Path) -> Path:
    """Write sites, devices, readings, alerts and maintenance_visits into a folder."""
    chance = random.Random(24)
    start = datetime.combine(date(2025, 1, 1), datetime.min.time())
    sites = [
        {"site_id": n, "site_name": name, "region": region, "floor_area_m2": area}
        for n, (name, region, area) in enumerate(_SITES, 1)
    ]
    kinds = [tuple(_USUAL)[n % 4] for n in range(1, 41)]
    devices = [
        {"device_id": f"{kind[:3].upper()}-{n:03}", "kind": kind, "site_id": 1 + (n * 3) % 4,
         "installed_on": date(2021, 2, 1) + timedelta(chance.randint(0, 900)),
         "firmware": chance.choice(("v1.9", "v2.0", "v2.1")),
         "battery_pct": None if kind == "energy" else chance.randint(3, 100), "is_active": chance.random() < 0.85}
        for n, kind in enumerate(kinds, 1)
    ]  # fmt: skip
    readings = [
        {"device_id": device["device_id"], "ts": start + timedelta(minutes=chance.randint(0, 60 * 24 * 180)),
         "value": None if chance.random() < 0.02 else round(_USUAL[str(device["kind"])] * chance.uniform(0.7, 1.4), 1),
         "quality": chance.choices(("ok", "suspect", "missing"), (90, 7, 3))[0]}
        for device in devices[:37] for _ in range(60)
    ]  # fmt: skip
    alerts = []
    for n in range(1, 151):
        raised = start + timedelta(minutes=chance.randint(0, 60 * 24 * 178))
        resolved = None if chance.random() < 0.2 else raised + timedelta(minutes=chance.randint(5, 4000))
        alerts.append(
            {"alert_id": n, "device_id": chance.choice(devices[:32])["device_id"], "raised_at": raised,
             "resolved_at": resolved, "severity": chance.randint(1, 4), "message": chance.choice(_MESSAGES)}
        )  # fmt: skip
    visits = [
        {"visit_id": n, "site_id": chance.randint(1, 4),
         "technician": chance.choice(("Asha Patel", "Gwen Price", "Rob Mackay", "Tom Ellis")),
         "visited_on": date(2024, 6, 1) + timedelta(chance.randint(0, 390)),
         "minutes": chance.choice((30, 45, 60, 90, 150)), "cost_gbp": round(chance.uniform(60, 480), 2)}
        for n in range(1, 81)
    ]  # fmt: skip
    tables: dict[str, list[dict[str, Any]]] = {
        "sites": sites, "devices": devices, "readings": readings, "alerts": alerts, "maintenance_visits": visits,
    }  # fmt: skip
    return write_tables(folder, tables)
