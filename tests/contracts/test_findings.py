from contracts.findings import error, errors, warning


def test_a_finding_reads_as_one_line_with_file_and_feature() -> None:
    assert error("unit.geojson", "L1-101", "no floor").line() == "error: unit.geojson: L1-101: no floor"
    assert warning("site.toml", "", "empty").line() == "warning: site.toml: empty"


def test_errors_are_told_from_warnings() -> None:
    wrong, odd = error("a", "b", "c"), warning("a", "b", "c")
    assert errors([odd, wrong, odd]) == [wrong]


def test_findings_sort_with_errors_first() -> None:
    assert sorted([warning("a", "", "x"), error("z", "", "y")])[0].severity == "error"
