//! Filtering, row by row.

use super::*;

const RAW: RawRecord<'static> = RawRecord {
    topic: "pay",
    partition: 2,
    offset: 41,
    timestamp: Timestamp::CreateTime(1_545_084_650_987),
    key: Some(b"k"),
    value: None,
    headers: &[],
    key_schema: None,
    value_schema: None,
};

fn passes(pattern: &str, value: &str) -> bool {
    let filters = FilterSet::parse(&[pattern.to_owned()]).unwrap();
    filters.matches(&RawRecord { value: Some(value.as_bytes()), ..RAW })
}

#[test]
fn every_operator() {
    let rows: &[(&str, &str, &[&str], &[&str])] = &[
        ("null", r#"{"value":{"a":[null]}}"#, &[r#"{"a":null}"#], &[r#"{"a":0}"#, r#"{"a":""}"#, "{}"]),
        ("empty", r#"{"value":{"a":[""]}}"#, &[r#"{"a":""}"#], &[r#"{"a":null}"#, r#"{"a":" "}"#, "{}"]),
        (
            "equals",
            r#"{"value":{"a":["x"]}}"#,
            &[r#"{"a":"x"}"#, r#"{"a":["y","x"]}"#],
            &[r#"{"a":"X"}"#, r#"{"a":["y"]}"#],
        ),
        ("bool", r#"{"value":{"a":[true]}}"#, &[r#"{"a":true}"#], &[r#"{"a":"true"}"#, r#"{"a":false}"#]),
        (
            "equals-ignore-case",
            r#"{"value":{"a":[{"equals-ignore-case":"Éx"}]}}"#,
            &[r#"{"a":"éX"}"#],
            &[r#"{"a":"ex"}"#],
        ),
        (
            "and",
            r#"{"value":{"a":["x"],"b":[1]}}"#,
            &[r#"{"a":"x","b":1}"#],
            &[r#"{"a":"x"}"#, r#"{"a":"x","b":2}"#],
        ),
        (
            "or in a list",
            r#"{"value":{"a":["x","y",3]}}"#,
            &[r#"{"a":"y"}"#, r#"{"a":3}"#],
            &[r#"{"a":"z"}"#, r#"{"a":"3"}"#],
        ),
        (
            "nested",
            r#"{"value":{"a":{"b":["x"]}}}"#,
            &[r#"{"a":{"b":"x"}}"#, r#"{"a":[{"b":"y"},{"b":"x"}]}"#],
            &[r#"{"a":"x"}"#, r#"{"a":{"c":"x"}}"#],
        ),
        (
            "$or",
            r#"{"value":{"$or":[{"a":[1]},{"b":[2]}],"c":[3]}}"#,
            &[r#"{"a":1,"c":3}"#, r#"{"b":2,"c":3}"#],
            &[r#"{"c":3}"#, r#"{"a":1}"#],
        ),
        (
            "anything-but",
            r#"{"value":{"a":[{"anything-but":"x"}]}}"#,
            &[r#"{"a":"y"}"#, r#"{"a":1}"#, r#"{"a":null}"#],
            &[r#"{"a":"x"}"#, "{}", r#"{"a":["y","x"]}"#],
        ),
        (
            "anything-but a list",
            r#"{"value":{"a":[{"anything-but":["x",7]}]}}"#,
            &[r#"{"a":"y"}"#, r#"{"a":8}"#],
            &[r#"{"a":"x"}"#, r#"{"a":7}"#],
        ),
        (
            "anything-but a prefix",
            r#"{"value":{"a":[{"anything-but":{"prefix":"x"}}]}}"#,
            &[r#"{"a":"yx"}"#],
            &[r#"{"a":"xy"}"#],
        ),
        (
            "numbers by their characters",
            r#"{"value":{"a":[300]}}"#,
            &[r#"{"a":300}"#],
            &[r#"{"a":300.0}"#, r#"{"a":3.0e2}"#, r#"{"a":"300"}"#],
        ),
        (
            "numbers by the pattern's characters",
            r#"{"value":{"a":[3.0e2]}}"#,
            &[r#"{"a":3.0e2}"#],
            &[r#"{"a":300}"#, r#"{"a":300.0}"#, r#"{"a":3.0E2}"#],
        ),
        (
            "numbers larger than any integer",
            r#"{"value":{"a":[18446744073709551617]}}"#,
            &[r#"{"a":18446744073709551617}"#],
            &[r#"{"a":18446744073709551616}"#, r#"{"a":1.8446744073709552e19}"#],
        ),
        (
            "anything-but a number by its characters",
            r#"{"value":{"a":[{"anything-but":[3.0e2]}]}}"#,
            &[r#"{"a":300.0}"#],
            &[r#"{"a":3.0e2}"#],
        ),
        (
            "numeric equals",
            r#"{"value":{"a":[{"numeric":["=",300]}]}}"#,
            &[r#"{"a":300}"#, r#"{"a":300.0}"#, r#"{"a":3.0e2}"#],
            &[r#"{"a":301}"#, r#"{"a":"300"}"#],
        ),
        (
            "numeric range",
            r#"{"value":{"a":[{"numeric":[">",0,"<=",5]}]}}"#,
            &[r#"{"a":5}"#, r#"{"a":0.1}"#],
            &[r#"{"a":0}"#, r#"{"a":5.1}"#, r#"{"a":-1}"#],
        ),
        (
            "exists",
            r#"{"value":{"a":[{"exists":true}]}}"#,
            &[r#"{"a":null}"#, r#"{"a":"x"}"#],
            &["{}", r#"{"a":{"b":1}}"#],
        ),
        ("exists not", r#"{"value":{"a":[{"exists":false}]}}"#, &["{}", r#"{"b":1}"#], &[r#"{"a":1}"#]),
        (
            "prefix",
            r#"{"value":{"a":[{"prefix":"us-"}]}}"#,
            &[r#"{"a":"us-east-1"}"#],
            &[r#"{"a":"eu-us-"}"#],
        ),
        ("suffix", r#"{"value":{"a":[{"suffix":".png"}]}}"#, &[r#"{"a":"x.png"}"#], &[r#"{"a":"x.pngs"}"#]),
    ];
    for (case, pattern, passing, refused) in rows {
        passing.iter().for_each(|value| assert!(passes(pattern, value), "{case}: {value} should pass"));
        refused.iter().for_each(|value| assert!(!passes(pattern, value), "{case}: {value} should not pass"));
    }
}

#[test]
fn plain_values_are_compared_with_plain_patterns_only() {
    let plain = r#"{"value":["hello",{"prefix":"good"}]}"#;
    let json = r#"{"value":{"a":["x"]}}"#;
    let rows = [
        ("text, plain pattern", plain, "hello", true),
        ("text, plain pattern, prefix", plain, "goodbye", true),
        ("text, plain pattern, other", plain, "hell", false),
        ("text, JSON pattern: not applied", json, "hello", true),
        ("JSON, plain pattern: not applied", plain, r#"{"a":"y"}"#, true),
        ("broken JSON is text", json, r#"{"a":"y""#, true),
        ("a scalar is text", r#"{"value":["42"]}"#, "42", true),
        ("a list of objects", json, r#"[{"a":"y"},{"a":"x"}]"#, true),
        ("a list of other objects", json, r#"[{"a":"y"}]"#, false),
        ("no value pattern", "{}", "anything", true),
    ];
    for (case, pattern, value, expected) in rows {
        assert_eq!(passes(pattern, value), expected, "{case}");
    }
}

#[test]
fn deeply_nested_values_are_text_and_harmless() {
    let deep = "[".repeat(200_000) + &"]".repeat(200_000);
    assert!(passes(r#"{"value":{"a":["x"]}}"#, &deep));
    assert!(!passes(r#"{"value":["x"]}"#, &deep));
}

#[test]
fn undecodable_values_are_delivered() {
    let filters = FilterSet::parse(&[r#"{"value":{"a":["x"]}}"#.to_owned()]).unwrap();
    assert!(filters.matches(&RAW), "a tombstone");
    assert!(filters.matches(&RawRecord { value: Some(&[0xff, 0xfe]), ..RAW }), "not UTF-8");
}

#[test]
fn metadata_can_be_filtered_on() {
    let rows = [
        (r#"{"topic":["pay"]}"#, true),
        (r#"{"partition":[1,2],"offset":[{"numeric":[">=",41]}]}"#, true),
        (r#"{"partition":[1]}"#, false),
        (r#"{"timestampType":["CREATE_TIME"],"key":["aw=="]}"#, true),
        (r#"{"key":[{"exists":false}]}"#, false),
        (r#"{"topic":["other"],"value":{"a":["x"]}}"#, false),
    ];
    for (pattern, expected) in rows {
        let filters = FilterSet::parse(&[pattern.to_owned()]).unwrap();
        assert_eq!(filters.matches(&RAW), expected, "{pattern}");
    }
}

#[test]
fn or_may_stand_around_the_value_and_the_metadata() {
    let either = r#"{"$or":[{"value":{"a":[1]}},{"value":{"b":[2]}}]}"#;
    let mixed = r#"{"$or":[{"value":{"a":[1]}},{"partition":[2]}]}"#;
    let elsewhere = r#"{"$or":[{"value":{"a":[1]}},{"partition":[3]}]}"#;
    let with_more = r#"{"$or":[{"value":{"a":[1]}},{"value":{"b":[2]}}],"value":{"c":[3]},"topic":["pay"]}"#;
    let other_topic = r#"{"$or":[{"value":{"a":[1]}},{"value":{"b":[2]}}],"topic":["other"]}"#;
    let nested =
        r#"{"$or":[{"$or":[{"value":{"a":[1]}},{"value":{"b":[2]}}],"offset":[41]},{"offset":[7]}]}"#;
    let rows = [
        (either, r#"{"a":1}"#, true),
        (either, r#"{"b":2}"#, true),
        (either, r#"{"a":2,"b":1}"#, false),
        (either, "text: the value filters are not applied", true),
        (mixed, r#"{"a":2}"#, true),
        (elsewhere, r#"{"a":2}"#, false),
        (elsewhere, r#"{"a":1}"#, true),
        (with_more, r#"{"b":2,"c":3}"#, true),
        (with_more, r#"{"b":2}"#, false),
        (with_more, r#"{"c":3}"#, false),
        (other_topic, r#"{"a":1}"#, false),
        (nested, r#"{"b":2}"#, true),
        (nested, r#"{"b":3}"#, false),
    ];
    for (pattern, value, expected) in rows {
        assert_eq!(passes(pattern, value), expected, "{pattern}: {value}");
    }
}

#[test]
fn filters_are_or_ed_and_none_matches_all() {
    let raw = RawRecord { value: Some(br#"{"a":2}"#), ..RAW };
    let pattern = |n: u8| format!(r#"{{"value":{{"a":[{n}]}}}}"#);
    assert!(FilterSet::parse(&[]).unwrap().matches(&raw));
    assert!(FilterSet::parse(&[pattern(1), pattern(2)]).unwrap().matches(&raw));
    assert!(!FilterSet::parse(&[pattern(1), pattern(3)]).unwrap().matches(&raw));
}

#[test]
fn what_aws_refuses_is_refused() {
    for pattern in [
        "not json",
        "[]",
        r#"{"value":"x"}"#,
        r#"{"value":{"a":[]}}"#,
        r#"{"value":{"a":[["x"]]}}"#,
        r#"{"value":{"a":[{"starts-with":"x"}]}}"#,
        r#"{"value":{"a":[{"prefix":1}]}}"#,
        r#"{"value":{"a":[{"exists":"yes"}]}}"#,
        r#"{"value":{"a":[{"numeric":["!",1]}]}}"#,
        r#"{"value":{"a":[{"numeric":[">"]}]}}"#,
        r#"{"value":{"a":[{"anything-but":[]}]}}"#,
        r#"{"value":{"a":[{"prefix":"a","suffix":"b"}]}}"#,
        r#"{"value":{"$or":[{"a":[1]}]}}"#,
        r#"{"$or":[{"value":{"a":[1]}}]}"#,
        r#"{"$or":{"value":{"a":[1]}}}"#,
        r#"{"$or":[{"value":{"a":[1]}},[1]]}"#,
    ] {
        assert!(FilterSet::parse(&[pattern.to_owned()]).is_err(), "{pattern}");
    }
    let (opening, closing) = (r#"{"a":"#.repeat(400), "}".repeat(401));
    let deep = format!(r#"{{"value":{opening}[1]{closing}"#);
    assert!(FilterSet::parse(&[deep]).is_err(), "too deep to be read");
    assert!(FilterSet::parse(&vec!["{}".to_owned(); FILTERS_MAX + 1]).is_err());
    assert!(FilterSet::parse(&[format!("{{{}}}", " ".repeat(FILTER_PATTERN_CHARS_MAX))]).is_err());
}

#[test]
fn what_would_match_no_record_is_refused_by_name() {
    let rows = [
        (r#"{"data":{"a":["x"]}}"#, "data is neither value nor one of topic, partition, offset"),
        (r#"{"headers":[{"exists":true}]}"#, "headers is neither value nor one of"),
        (r#"{"$or":[{"value":{"a":[1]}},{"date":[1]}]}"#, "date is neither value nor one of"),
        (r#"{"topic":{"name":["x"]}}"#, "topic takes a list of conditions"),
        ("[1]", "[1] is no object"),
        (
            r#"{"value":{"a":[{"b\"":[null,3.0e2],"c":true}]}}"#,
            r#"{"b\"":[null,3.0e2],"c":true} is no condition"#,
        ),
    ];
    for (pattern, cause) in rows {
        let refused = FilterSet::parse(&[pattern.to_owned()]).unwrap_err().to_string();
        assert!(refused.contains(cause), "{refused}");
    }
}
