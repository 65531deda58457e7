//! The tables of `infra/README.md` about money and capacity add up.

use crate::template::read;

/// The rows of the table under a heading, cell by cell, without its head.
fn table(heading: &str) -> Vec<Vec<String>> {
    let readme = read("infra/README.md");
    let section = readme.split_once(heading).unwrap_or_else(|| panic!("no {heading}")).1;
    let lines = section.lines().skip_while(|line| !line.starts_with("|---")).skip(1);
    let rows = lines.take_while(|line| line.starts_with('|'));
    rows.map(|row| row.trim_matches('|').split('|').map(|cell| cell.trim().replace("**", "")).collect())
        .collect()
}

/// Thousandths of the number that a cell begins with: `$2,214 and more`, `0.625`.
fn thousandths(cell: &str) -> i64 {
    let digits: String = cell
        .trim_start_matches('$')
        .chars()
        .take_while(|c| c.is_ascii_digit() || ",.".contains(*c))
        .collect();
    let digits = digits.replace(',', "");
    let (whole, part) = digits.split_once('.').unwrap_or((&digits, ""));
    let part = format!("{part:0<3}");
    let number = format!("{whole}{}", &part[..3]);
    number.parse().unwrap_or_else(|error| panic!("{cell}: {error}"))
}

/// The nearest tenth, in thousandths.
const fn to_tenth(thousandths: i64) -> i64 {
    (thousandths + 50) / 100 * 100
}

#[test]
fn a_million_payments_cost_what_their_units_cost() {
    let rows = table("### A million payments");
    let (together, units) = rows.split_last().unwrap();
    let mut sum = 0;
    for row in units {
        let cost = thousandths(&row[1]) * thousandths(&row[2]) / 1000;
        assert_eq!(to_tenth(cost), thousandths(&row[3]), "{row:?}");
        sum += cost;
    }
    assert_eq!(to_tenth(sum), thousandths(&together[3]));
}

#[test]
fn a_month_costs_what_its_parts_cost() {
    let readme = read("infra/README.md");
    let said = readme.split_once("and $").unwrap().1;
    let (dev, rest) = said.split_once(" (dev) or from $").unwrap();
    let prod = rest.split_once(" (prod)").unwrap().0;
    let mut sums = (0, 0);
    for row in table("# The gateway on AWS") {
        if let Some((dev, prod)) = row[3].split_once(" / ") {
            sums = (sums.0 + thousandths(dev), sums.1 + thousandths(prod));
        }
    }
    assert_eq!(sums, (thousandths(dev), thousandths(prod)));
}

#[test]
fn the_capacity_plan_follows_from_one_payment() {
    let readme = read("infra/README.md");
    let head = readme.lines().find(|line| line.starts_with("| payments/s |")).unwrap();
    let rates: Vec<i64> =
        head.split('|').skip(2).take(4).map(|cell| thousandths(cell.trim()) / 1000).collect();
    assert_eq!(rates, [100, 1_000, 10_000, 100_000]);
    let rows = table("## Capacity");
    let row =
        |words: &str| rows.iter().find(|row| row[0].contains(words)).unwrap_or_else(|| panic!("no {words}"));
    for (at, rate) in rates.iter().enumerate() {
        let cell = |words: &str| row(words)[at + 1].clone();
        // A PSP that takes a second.
        assert_eq!(thousandths(&cell("PSP calls open")) / 1000, *rate);
        assert_eq!(thousandths(&cell("DynamoDB write units")) / 1000, rate * 4);
        if at == 3 {
            continue;
        }
        // Thousandths of a GB.
        let (a_day_mb, said_mb) = (rate * 3 * 86_400 / 1_000, thousandths(&cell("log lines")));
        assert!((said_mb - a_day_mb).abs() * 50 <= a_day_mb, "{said_mb} MB, not {a_day_mb}");
        // 30 ms for one request: so many at once.
        assert_eq!(thousandths(&cell("accept")) / 1000, rate * 30 / 1000);
        // Half of the time idle; from 10,000/s on with twice the calls at once.
        let calls = if at == 2 { 32 } else { 16 };
        let wanted = rate * 2 / calls;
        let partitions = thousandths(&cell("partitions")) / 1000;
        assert!(
            (wanted..=wanted * 11 / 10).contains(&partitions),
            "{partitions} partitions, {wanted} wanted"
        );
    }
}
