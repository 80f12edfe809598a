"""How many there are: of the rows of the base, of things along its keys, of different values."""

from agent_worker.offline.binder.aggregates.functions import Aggregates
from agent_worker.offline.binder.names.binding import HOP, Doubtful, Unbound
from agent_worker.offline.binder.query_ir import Agg, Ref
from agent_worker.offline.english.vocabulary import SPENT
from agent_worker.offline.english.word_forms import stem, stems
from agent_worker.offline.grammar.fragments import Group, Mention, Select, SelectItem, Verb, Where, names_in
from agent_worker.offline.lexer.lattice import Name
from agent_worker.offline.schema.join_paths import Path
from agent_worker.offline.schema.lookup import Candidate
from agent_worker.offline.schema.model import own_key
from agent_worker.offline.schema.roles import COUNTING, NUMERIC, ColumnKind, ColumnRole


class Counts(Aggregates):
    """Binds what is counted."""

    def _count(self, item: SelectItem) -> None:
        if item.name is None:
            self._add(Agg("count"))
            return
        tables = [c for c in item.name.tables if c.table == self.base]
        best = item.name.cost
        self._check_known(item.name, item.distinct)
        numeric = [c for c in item.name.columns if self._role(c) in NUMERIC and c.cost <= best + 0.05]
        same = [self._column(c) for c in item.name.columns if c.table == self.base and c.cost <= best + 0.05]
        if tables and any(c.kind is ColumnKind.NUMBER and c is not self.table.key for c in same):
            raise Unbound(f"{item.name.text} are counted, or added up")
        values = (
            item.distinct and bool(tables) and any(c.table == self.base and c.cost <= best for c in item.name.columns)
        )
        if (
            tables
            and not values
            and tables[0].cost <= best + 0.5
            and not (numeric and numeric[0].cost < tables[0].cost)
        ):
            self._check_spent(item.name)
            linked = len(self.parse.fragments) == 1 and self._only_joins()
            if (item.distinct or linked) and self._is_said_of_another():
                raise Doubtful(f"{item.name.text}, or what is said of them")
            self._check_told(item.name, self._spoken_of() - {self.base})
            self.cost += tables[0].cost - best
            self.counted.add(self.base)
            self._add(Agg("count"))
            return
        alone = len(self._items()) == 1 and (item.owner is not None or self.of(Mention))
        if numeric and not item.distinct and (item.guessed or alone or self._fixed()):
            ref, cost = self._resolve(item.name, item.owner, numeric=True)
            self.cost += cost - best + 0.1
            self._add(Agg("sum", ref) if item.guessed else ref)
            if not item.guessed:
                self.entities.append(ref)
                self.told_by.append(ref)
            return
        if item.name.tables and not values:
            path, table, cost = self._entity(item.name)
            if table.key is None or not path:
                raise Unbound("nothing to count by")
            self._check_told(item.name, set())
            self.cost += cost - best + (0.0 if self._told_of_base(path) else HOP + 0.1) - HOP
            self.counted.add(table.name)
            step = path[-1]
            own = own_key(table.columns)
            if own is not None and own.name != step.end_column:
                raise Doubtful(f"{item.name.text} by {step.end_column}")
            apart = len(self._items()) > 1 or self.of(Group)
            if len(path) == 1 and not item.distinct and apart and self._only_joins():
                self._add(Agg("count"))
                return
            self._add(Agg("count", Ref(path[:-1], step.start, step.start_column), distinct=True))
            return
        ref, cost = self._resolve(item.name, item.owner)
        if not ref.path and any(where.name == item.name for where in self.of(Where)):
            self._add(Agg("count"))  # "number of ratings below 3"
            return
        if (self._column(ref).role is ColumnRole.QUANTITY and not item.distinct) or COUNTING & set(
            self._column(ref).words
        ):
            raise Unbound("a count of quantities")
        self.cost += cost - best + (0.05 if item.distinct else 0.2)
        self._add(Agg("count", ref, distinct=True))

    def _spoken_of(self) -> set[str]:
        """The tables that are named beside what is asked for."""
        names = [name for group in self.of(Group) for name in group.names]
        return self.mentioned | {c.table for name in names for c in name.tables if c.cost <= name.cost + 0.1}

    def _check_told(self, name: Name, tables: set[str]) -> None:
        """A column that says how many there are, of these tables or of any that all the question may be about:
        `no_of_customers` of banks."""
        said = stems(name.text.lower().split())
        for column, words in self.schema.counting.items():
            if not said & words:
                continue
            whole = column.table != self.base and words <= said and column.all_words[0] in (*COUNTING, "no")
            every = (any(c.table == column.table for c in n.candidates) for n in names_in(self.parse.fragments))
            if column.table in tables or (whole and not self.of(Where) and all(every)):
                raise Unbound(f"{column.name} says how many")

    def _is_said_of_another(self) -> bool:
        """Whether the rows of the base are what is said of other things of that noun: `affected_region` of regions."""
        noun = stem(self.table.words[-1])
        things = [self.schema.tables[key.ref_table] for key in self.schema.keys_of(self.base)]
        return any(stem(table.words[-1]) == noun for table in things)

    def _only_joins(self) -> bool:
        """Whether a row of the base says only what belongs together, so that it is there once."""
        columns = self.table.columns
        return all((self.base, c.name) in self.schema.own_keys for c in columns)

    def _told_of_base(self, path: Path) -> bool:
        """Whether a verb ties what is counted to the rows of the base, which the question speaks of."""
        spoken = self.base in self.mentioned or self._is_done()
        return bool(self.of(Verb)) and len(path) == 1 and spoken

    def _check_known(self, name: Name, distinct: bool = False) -> None:
        """What is counted is known as a whole: "allergies" are hardly the rows of `has_allergy` where another table has
        them for its key; nor are all of them among those that something refers to."""
        own = [c for c in name.columns if c.column and self.schema.tables[c.table].key == self._column(c)]
        if (
            name.tables
            and name.cost < name.tables[0].cost >= 0.5
            and any(c.cost < 0.5 and c.table != self.base for c in own)
        ):
            raise Doubtful(f"{name.text}, or what is said of them")
        keys = [self.schema.refers(c.table, c.column) for c in name.columns if c.column and c.table == self.base]
        said = stems(name.text.lower().split())
        refers = any(key and said & stems(self.schema.tables[key.ref_table].words) for key in keys)
        if distinct and refers and len(self.parse.fragments) == 1:
            raise Unbound(f"{name.text} that something refers to")

    def _fixed(self) -> bool:
        """Whether the question is about rows that it names."""
        return any(w.operator == "=" for w in self.of(Where))

    def _role(self, c: Candidate) -> ColumnRole | None:
        return self._column(c).role if c.column else None

    def _check_spent(self, name: Name) -> None:
        """ "Fees by month" are a number of rows to one person and a sum of money to another."""
        spent = stem(self.schema.tables[self.base].words[-1]) in SPENT
        if spent and self._money_of(name) and any(select.terse for select in self.of(Select)):
            raise Doubtful(f"how many {name.text}, or their sum")
