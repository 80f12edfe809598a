"""Three folders that no rule was tuned on, for what a newcomer types first: a clinic, a music label, bicycles for hire.

The same every time. The clinic's data reach to the day that is handed in; the others end long before.
"""

import random
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

_PEOPLE = ("Ada Stone", "Bela Kurz", "Chen Li", "Dora Weiss", "Emil Novak", "Fatima Aziz", "Georg Hahn", "Hana Sato")
_TOWNS = ("Graz", "Linz", "Wels", "Steyr")
_GENRES = ("rock", "jazz", "folk", "classical")
_PLACES = ("Harbour", "Old Market", "Museum", "Central Park", "University", "Stadium")
Rows = list[dict[str, Any]]


def make_clinic(folder: Path, today: date) -> Path:
    """Patients, doctors, appointments and invoices up to `today`."""
    chance = random.Random(11)
    doctors = [
        {"doctor_id": n, "name": f"Dr. {name}", "specialty": ("cardiology", "surgery", "dermatology")[n % 3]}
        for n, name in enumerate(_PEOPLE[:5], 1)
    ]
    patients = [
        {"patient_id": n, "first_name": _PEOPLE[n % 8].split()[0], "last_name": f"{_PEOPLE[n % 7].split()[1]}{n}",
         "birth_date": date(1940 + n, 1 + n % 12, 1 + n % 28), "sex": "FM"[n % 2], "town": _TOWNS[n % 4],
         "weight_kg": 50.0 + n % 45, "insured": n % 5 != 0}
        for n in range(1, 61)
    ]  # fmt: skip
    appointments = [
        {"appointment_id": n, "patient_id": chance.randint(1, 55), "doctor_id": chance.randint(1, 5),
         "scheduled_at": datetime.combine(today, datetime.min.time()) - timedelta(hours=chance.randint(0, 24 * 700)),
         "duration_minutes": chance.choice((15, 30, 45)), "status": chance.choice(("kept", "kept", "missed", "moved"))}
        for n in range(1, 501)
    ]  # fmt: skip
    invoices = [
        {"invoice_id": n, "appointment_id": n, "amount": round(chance.uniform(30, 400), 2),
         "paid": chance.random() < 0.8}
        for n in range(1, 401)
    ]  # fmt: skip
    return _write(folder, doctors=doctors, patients=patients, appointments=appointments, invoices=invoices)


def make_label(folder: Path) -> Path:
    """Artists, albums, tracks and plays of a music label, which end in 2019."""
    chance = random.Random(12)
    artists = [
        {"id": n, "name": f"The {place}s", "country": ("Austria", "Italy", "Japan")[n % 3], "founded": 1970 + 4 * n}
        for n, place in enumerate(_PLACES, 1)
    ]
    albums = [
        {"id": n, "artist_id": 1 + n % 5, "title": f"Record {n}", "genre": _GENRES[n % 4], "released": 1990 + n}
        for n in range(1, 25)
    ]
    tracks = [
        {"id": n, "album_id": 1 + n % 24, "title": f"Song {n}", "length_seconds": 120 + 7 * (n % 40),
         "price": round(0.5 + n % 9 / 10, 2)}
        for n in range(1, 201)
    ]  # fmt: skip
    plays = [
        {"track_id": chance.randint(1, 190), "played_on": date(2018, 1, 1) + timedelta(chance.randint(0, 729)),
         "listener_country": chance.choice(("Austria", "Japan", "Brazil")), "royalty": round(chance.random() / 50, 5)}
        for _ in range(2000)
    ]  # fmt: skip
    return _write(folder, artists=artists, albums=albums, tracks=tracks, plays=plays)


def make_bicycles(folder: Path) -> Path:
    """Stations, bikes and trips of bicycles for hire, in the summer of 2022."""
    chance = random.Random(13)
    stations = [
        {"station_code": f"S{n:02}", "station_name": place, "docks": 10 + 3 * n, "elevation_m": 200 + 17 * n,
         "lat": 48.0 + n / 100, "lon": 16.0 + n / 50}
        for n, place in enumerate(_PLACES, 1)
    ]  # fmt: skip
    bikes = [{"bike_id": n, "model": ("City", "Cargo", "E-Bike")[n % 3], "bought": 2015 + n % 6} for n in range(1, 41)]
    trips = []
    for n in range(1, 1501):
        start = datetime.combine(date(2022, 6, 1), datetime.min.time()) + timedelta(
            minutes=chance.randint(0, 92 * 24 * 60)
        )
        minutes = chance.randint(3, 90)
        trips.append(
            {"trip_id": n, "bike_id": chance.randint(1, 38), "start_station": f"S{chance.randint(1, 6):02}",
             "end_station": f"S{chance.randint(1, 6):02}", "started_at": start,
             "ended_at": start + timedelta(minutes=minutes), "distance_km": round(minutes * 0.2, 1),
             "rider": chance.choice(("member", "casual"))}
        )  # fmt: skip
    return _write(folder, stations=stations, bikes=bikes, trips=trips)


def _write(folder: Path, **tables: Rows) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        pq.write_table(pa.Table.from_pylist(rows), folder / f"{name}.parquet")
    return folder


FOLDERS: dict[str, Callable[[Path, date], Path]] = {
    "clinic": make_clinic,
    "label": lambda folder, _: make_label(folder),
    "bicycles": lambda folder, _: make_bicycles(folder),
}
