use super::*;

const COLUMNS: &str = "wave,iid,pid,gender,order,age,field_cd,career_c,goal,go_out,sports,tvsports,exercise,dining,\
    museums,art,hiking,gaming,clubbing,reading,tv,theater,movies,concerts,music,shopping,yoga,attr1_1,sinc1_1,\
    intel1_1,fun1_1,amb1_1,shar1_1,attr3_1,sinc3_1,intel3_1,fun3_1,amb3_1,dec";
/// Of a man and of a woman who want to meet again.
const HIM: &str = "1,11,1,1,2,27,8,7,4,1,9,2,8,9,1,1,5,1,5,6,9,1,10,10,9,8,1,35,20,20,20,0,5,6,8,8,8,7,1";
const HER: &str = "1,1,11,0,1,,,10,,,7,,,,,,,,,,,,,,,,,,,,,,,,,,,,1";

fn two_people() -> String {
    format!("{COLUMNS}\n{HIM}\n{HER}\n")
}

/// The file of the two with this in this column of him.
fn with(column: &str, value: &str) -> String {
    let at = COLUMNS.split(',').position(|name| name == column).unwrap();
    let mut him: Vec<&str> = HIM.split(',').collect();
    him[at] = value;
    format!("{COLUMNS}\n{HER}\n{}\n", him.join(","))
}

fn two() -> Crowd {
    crowd(&profiles(two_people().as_bytes()).unwrap()).unwrap()
}

#[test]
fn answers_become_profiles() {
    let survey = Survey::read(two_people().as_bytes()).unwrap();
    let him = &survey.people[&11];
    assert_eq!((him.gender, him.stated_age, him.going_out), (Some(Gender::Male), Some(27), Some(1)));
    assert_eq!(him.interests.len(), 8);
    assert_eq!(him.requirements.genders, Some(GenderSet::only(Gender::Female)));
    assert_eq!(him.requirements.trait_weights.unwrap().attractive, 35.0);
    assert_eq!(him.occupation.kind, Some(OccupationType::Finance));
    let her = &survey.people[&1];
    assert_eq!((her.stated_age, her.requirements.trait_weights, her.occupation.kind), (None, None, None));
    assert_eq!(her.interests, ["sports"]);
    let order: Vec<u32> = survey.decisions.iter().map(|decision| decision.iid).collect();
    assert_eq!(order, [1, 11]);
    assert_eq!(profiles(two_people().as_bytes()).unwrap(), survey.people);
}

#[test]
fn a_file_that_is_something_else_is_refused_by_name() {
    let refused = |text: &str| Survey::read(text.as_bytes()).unwrap_err();
    assert_eq!(refused("a,b\n1,2\n"), "line 1, iid: there is no such column");
    assert_eq!(refused(""), "line 1, iid: there is no such column");
    assert_eq!(refused(&format!("{COLUMNS}\n")), "line 2: there is nothing below the header");
    let twice = two_people().replacen("tvsports", "sports", 1);
    assert_eq!(refused(&twice), "line 1, sports: the column is there twice");
    let short = refused(&format!("{COLUMNS}\n{HIM}\n1,1,11\n"));
    assert!(short.contains("line: 3") && short.contains("3 fields"), "{short}");
}

#[test]
fn what_lies_outside_its_scale_is_refused_with_its_line_and_column() {
    let refused = |column: &str, value: &str| profiles(with(column, value).as_bytes()).unwrap_err();
    assert_eq!(refused("iid", "x"), "line 3, iid: \"x\" is no whole number from 1 to 999999");
    assert_eq!(refused("iid", ""), "line 3, iid: a number is needed");
    assert_eq!(refused("iid", "1"), "line 3, iid: 1 is there twice");
    for (column, values) in [
        ("iid", &["0", "-1", "1.5", "1000000", "NaN"][..]),
        ("gender", &["2", "-1", "0.5", "", "f"]),
        ("age", &["-5", "17", "101", "200", "27.5", "inf"]),
        ("field_cd", &["0", "19", "1.5"]),
        ("career_c", &["0", "18"]),
        ("goal", &["0", "7"]),
        ("go_out", &["0", "8"]),
        ("sports", &["-1", "10.5", "12", "NaN", "much"]),
        ("yoga", &["11"]),
        ("attr3_1", &["0", "10.5", "12"]),
        ("amb3_1", &["-1", "11"]),
        ("attr1_1", &["-1", "100.5", "inf"]),
        ("shar1_1", &["101"]),
    ] {
        for value in values {
            let told = refused(column, value);
            assert!(told.starts_with(&format!("line 3, {column}: ")), "{value}: {told}");
        }
    }
    for (column, value) in
        [("age", "100.0"), ("sports", "0"), ("sports", "9.5"), ("attr3_1", "10"), ("shar1_1", "")]
    {
        profiles(with(column, value).as_bytes()).unwrap();
    }
    assert!(Survey::read(with("dec", "2").as_bytes()).unwrap_err().starts_with("line 3, dec: "));
    assert!(Survey::read(with("pid", "11").as_bytes()).unwrap_err().starts_with("line 3, pid: "));
    let twice = Survey::read(format!("{COLUMNS}\n{HIM}\n{HIM}\n").as_bytes());
    assert_eq!(twice, Err("line 3, pid: the date of 11 with 1 is there twice".to_owned()));
}

#[test]
fn dates_are_of_two_known_people_and_told_once() {
    let crowd = two();
    let told = history("wave,iid,pid,dec\n1,11,1,0\n1,1,11,1\n".as_bytes(), &crowd).unwrap();
    let ids: Vec<_> = told.iter().map(|one| (one.actor.get(), one.target.get(), one.said_yes)).collect();
    assert_eq!(ids, [(11, 1, false), (1, 11, true)]);
    let asked = queries("pid,iid,wave\n1,11,3\n".as_bytes(), &crowd).unwrap();
    assert_eq!(asked, [Date { wave: 3, iid: 11, pid: 1 }]);

    for (rows, problem) in [
        ("1,11,1,\n", "line 2, dec: a number is needed"),
        ("1,11,1,2\n", "line 2, dec: \"2\" is no whole number from 0 to 1"),
        ("1,11,1,-1\n", "line 2, dec: \"-1\" is no whole number from 0 to 1"),
        ("1,11,1,yes\n", "line 2, dec: \"yes\" is no whole number from 0 to 1"),
        ("1,11,1,1\n1,12,1,1\n", "line 3, iid: there is no person 12"),
        ("1,11,12,1\n", "line 2, pid: there is no person 12"),
        ("1,11,11,1\n", "line 2, pid: 11 has no date with themselves"),
        ("1,11,1,1\n1,1,11,1\n1,11,1,0\n", "line 4, pid: the date of 11 with 1 is there twice"),
        ("x,11,1,1\n", "line 2, wave: \"x\" is no whole number from 1 to 999999"),
        ("", "line 2: there is nothing below the header"),
    ] {
        let text = format!("wave,iid,pid,dec\n{rows}");
        assert_eq!(history(text.as_bytes(), &crowd), Err(problem.to_owned()));
        if !problem.contains("dec") {
            assert_eq!(queries(text.as_bytes(), &crowd), Err(problem.to_owned()));
        }
    }
    let without = history("wave,iid,pid\n1,11,1\n".as_bytes(), &crowd);
    assert_eq!(without, Err("line 1, dec: there is no such column".to_owned()));
}
