"""CSV files: quotes, line ends, and texts that a spreadsheet would take for formulas."""

from decimal import Decimal

import pytest

from joindin.utils.csv_texts import write_csv


def test_texts_are_quoted_and_numbers_are_not():
    rows = [["Name", 'a "b"'], ["x\ny", Decimal("4.50")], ["é", 8.0], ["", 0]]

    assert write_csv(rows) == '\ufeff"Name","a ""b"""\r\n"x\ny",4.50\r\n"é",8.0\r\n"",0\r\n'


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_formulas_get_a_guard(sign):
    assert write_csv([[f"{sign}1"]], is_raw=True) == f'"{sign}1"\r\n'
    assert write_csv([[f"{sign}1", "a=1"]]).startswith(f'\ufeff"\'{sign}1","a=1"')
