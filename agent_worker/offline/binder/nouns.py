"""What rows are of: groups, tables that a question names, and those that must have no row."""

from agent_worker.offline.binder.names.binding import EXISTS, FAR, Doubtful, Unbound
from agent_worker.offline.binder.query_ir import Compare, Exists, Ref, nearest
from agent_worker.offline.binder.shown import Shown, Thing
from agent_worker.offline.binder.time.calendar import parts_of
from agent_worker.offline.english.vocabulary import DERIVED, UNIT_PHRASES
from agent_worker.offline.english.word_forms import kin, stem
from agent_worker.offline.grammar.fragments import Absent, Group, Having, HowMany, Mention, Rank, Verb
from agent_worker.offline.lexer.lattice import Name
from agent_worker.offline.schema.join_paths import Path, is_functional
from agent_worker.offline.schema.lookup import PART
from agent_worker.offline.schema.model import Table
from agent_worker.offline.schema.roles import NUMERIC, ColumnRole

_SHARED = (ColumnRole.CATEGORY, ColumnRole.IDENTIFIER)
"""What many rows may have alike."""


class Nouns(Shown):
    """Binds groups and mentions."""

    def _group(self, group: Group) -> None:
        aggregated = bool(self.query.aggregates) or self.of(HowMany) or self.of(Having)
        if not group.firm and not aggregated:
            raise Unbound("by, without a figure")
        if not group.names and not self.query.columns:
            raise Unbound("each of what")
        for name in group.names:
            if group.firm and not aggregated and self.of(Rank):
                self._first_of_each(name)
                continue
            self.role = group.role
            self._group_by(name, bool(aggregated), group.firm)
            self.role = ""

    def _group_by(self, name: Name, aggregated: bool, firm: bool) -> None:
        if aggregated and any(c.table == self.base and c.cost <= name.cost + 0.15 for c in name.tables):
            aggregates = self.query.aggregates
            if firm and len(aggregates) == len(self.query.shown) == 1 and aggregates[0].fn in ("avg", "median"):
                return  # "average fare per trip"
            raise Unbound("each thing is one row")
        own = parts_of(self.schema, self.base) if name.text.lower() in UNIT_PHRASES else None
        if own and {c.column for c in name.columns} & {ref.column for ref in own.parts.values()}:
            raise Unbound("a unit of time")
        found = self._grouped(name)
        way = found.path if isinstance(found, Ref) else found[0]
        if not firm and any(way[: len(path)] == path for path in self.each):
            raise Unbound("for each thing, or in all for those that share it")
        if isinstance(found, Ref):
            if self.query.everything:
                raise Unbound(f"all columns, and {name.text}")
            if firm and not aggregated and self._column(found).role is ColumnRole.QUANTITY:
                raise Doubtful(f"per so many, or by {found.column}")
            keyed = self.table.key == self._column(found)
            each = keyed or any(c.table == self.base for c in name.tables)
            if not aggregated and firm and self.query.shown and self._column(found).role in _SHARED and not each:
                self.query.doubtful = True  # one row for each of them, or for each of theirs
            if aggregated:
                self.query.groups.append(found)
            if found not in self.query.shown:
                self.query.shown.insert(0, found)
            return
        path, table = found
        if not aggregated and not path:
            self.of_each = True
            named = table.labels or ((table.key,) if table.key else ())
            labels = [Ref((), self.base, column.name) for column in named]
            if not self.query.everything and not any(label in self.query.shown for label in labels):
                self.query.shown[:0] = labels
            return
        if not aggregated and self.query.everything:
            raise Unbound(f"all columns, and those of {name.text}")
        if not path:
            raise Unbound("each thing is one row")
        self.each += [path] if firm and aggregated else []
        if not aggregated and firm and any(isinstance(e, Ref) and not e.path for e in self.query.shown):
            self.query.doubtful = True  # all that each has, or a figure of them
        refs = self._named_refs(path, table)
        if aggregated:
            self.query.groups += refs
        if aggregated:  # rows of none are not of one of them
            self.query.conditions += [Compare(ref, "known", ()) for ref in refs[:1] if self._column(ref).info.nulls]
        self._join(() if aggregated else path)
        shown = self.query.columns
        self.query.shown[:0] = [ref for ref in refs if not any(self._same(ref, other) for other in shown)]

    def _grouped(self, name: Name) -> Ref | Thing:
        """What there is one of in each row of the base, to group by."""
        cost, found = self._one_of(name)
        way = found.path if isinstance(found, Ref) else found[0]
        self._check_way(way, name)
        self.cost += max(cost - name.cost - FAR * len(way), 0.0)
        if isinstance(found, Ref) and way and name.text.lower() in UNIT_PHRASES and cost >= PART - FAR:
            raise Unbound("a unit of time, or a part of another thing's name")
        return found

    def _named_refs(self, path: Path, table: Table) -> list[Ref]:
        """The key and the names of a thing."""
        columns = [*((table.key,) if table.key else ()), *table.labels]
        if not columns:
            raise Unbound(f"{table.noun} has no key")
        return [nearest(Ref(path, table.name, column.name)) for column in columns]

    def _first_of_each(self, name: Name) -> None:
        """The first ones of each of these, rather than of all."""
        found = self._grouped(name)
        if isinstance(found, Ref) and self._is_amount(found):
            raise Doubtful(f"per so many, or by {found.column}")
        refs = [found] if isinstance(found, Ref) else self._named_refs(*found)
        if not isinstance(found, Ref) and not found[0]:
            raise Unbound("each thing is one row")
        self.query.within += refs[:1]
        shown = [ref for ref in refs if ref not in self.query.shown and not (self.query.everything and not ref.path)]
        self.query.shown[:0] = shown

    def _check_way(self, path: Path, name: Name) -> None:
        """A group that lies far away, and on several ways, is one of two things: customers' nations, or suppliers'."""
        ways = self.joins.functional(path[-1].end) if len(path) > 1 else []
        told = any(c.via[0] and c.table == path[-1].end for c in name.candidates) if path else False
        plain = self._is_plain_way(path) and not any(self._is_plain_way(way) for way in ways if way != path)
        if len(ways) > 1 and not told and not plain and not self._passed(path):
            raise Doubtful(f"{name.text} of which of several")

    def _mention(self, mention: Mention) -> None:
        """A table of the question is joined, or must have a row."""
        tables = mention.name.tables
        if any(c.table == self.base for c in tables):
            self.cost += min(c.cost for c in tables if c.table == self.base) - mention.name.cost
            return
        reached = self._reached(mention.name)
        if reached is not None:
            self._join(reached[0])
            self.cost += reached[1] - mention.name.cost
            return
        path, cost = self._any_path([c.table for c in tables])
        if self._covered(path):
            return
        if self.of(Absent):
            raise Unbound("some beside none")
        if mention.of or is_functional(path):
            raise Unbound(f"those of some {mention.name.text}, or all")
        self.query.conditions.append(Exists(path))
        self.cost += EXISTS + cost + (0.0 if mention.has or self._linked() else 0.3)

    def _reached(self, name: Name) -> tuple[Path, float] | None:
        try:
            path, _, cost = self._entity(name)
        except Unbound:
            return None
        return path, cost

    def _linked(self) -> bool:
        return bool(self.of(Verb))

    def _covered(self, path: Path) -> bool:
        """Whether a condition speaks of rows on this way already."""
        return any(isinstance(c, Exists) and c.path[: len(path)] == path for c in self.query.conditions)

    def _unfilled(self, name: Name) -> Ref | None:
        """The one column of the base that a name means, where it is empty in some rows."""
        best = name.cost
        own = [c for c in name.columns if c.table == self.base and c.cost <= best + 0.1]
        return Ref((), self.base, own[0].column or "") if len(own) == 1 and self._column(own[0]).info.nulls else None

    def _is_above_zero(self, ref: Ref) -> bool:
        """Whether a number is never 0, so that none of it is that it is missing."""
        least = self._column(ref).info.minimum or ""
        return least.replace(".", "", 1).isdigit() and float(least) > 0

    def _done_by(self, verb: str) -> list[str]:
        """The tables that a verb tells of: loans of "borrowed"; of "used", the only one that refers to the base."""
        noun = stem(DERIVED.get(verb, ""))
        tables = self.schema.tables.values()
        found = [t.name for t in tables if any(kin(verb, w) or stem(w) == noun for w in t.words)]
        users = {key.table for key in self.schema.keys_to(self.base)}
        return list(users) if not found and verb == "used" and len(users) == 1 else found

    def _absent(self, absent: Absent) -> None:
        tables = [c.table for c in absent.name.tables] if absent.name else self._done_by(absent.verb)
        if self.base in tables:
            raise Unbound("absent from itself")
        asked = [c for i in self._items() if i.name and not i.owner for c in i.name.columns if c.cost <= i.name.cost]
        facts = [
            c for c in asked if not c.via[0] and self._column(c).role not in (ColumnRole.LABEL, ColumnRole.IDENTIFIER)
        ]
        if {c.table for c in facts} > {self.base} and any(c.table in tables for c in facts):
            raise Unbound("of what has none, or of what is absent")
        if absent.name is not None and (ref := self._unfilled(absent.name)):
            if self._column(ref).role in NUMERIC and not absent.missing and not self._is_above_zero(ref):
                raise Doubtful(f"{ref.column} missing, or zero")
            if self._column(ref).role is ColumnRole.FLAG and not absent.missing:
                raise Unbound(f"not {ref.column}, or not known")
            self.query.conditions.append(Compare(ref, "null", ()))
            return
        path, cost = self._any_path(tables)
        if is_functional(path):
            key = Ref((), self.base, path[0].key.column) if self.joins.functional(path[-1].end) == [path[:1]] else None
            if key is None or not self._column(key).info.nulls:
                raise Unbound("the key itself is missing")
            self.query.conditions.append(Compare(key, "null", ()))
            self.cost += cost
            return
        self.query.conditions.append(Exists(path, negated=True))
        self.cost += cost
