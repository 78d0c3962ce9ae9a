//! What a user reads about a requirement that cannot be read.

use passthrough_requirement::Requirement;

/// The text, the place and the words.
fn complaint(text: &str) -> String {
    let error = text.parse::<Requirement>().expect_err(text);
    let before = text[..error.span.start].chars().count();
    let width = text[error.span.clone()].chars().count().max(1);
    format!(
        "{}\n| {}{} {error}\n",
        format!("| {}", text.replace('\n', "\\n")).trim_end(),
        " ".repeat(before),
        "^".repeat(width)
    )
}

#[test]
fn errors_say_what_is_wrong_and_where() {
    let complaints: String = [
        "",
        "  >=1",
        "1. >= 1",
        "tørch",
        "torch_>=2",
        "https://example.org/torch.whl",
        "torch[",
        "torch[a",
        "torch[a b]",
        "torch[a,]",
        "torch[é]",
        "torch[-a]",
        "torch=2.4",
        "torch => 2.4",
        "torch=<2.4",
        "torch !2.4",
        "torch><2.4",
        "torch 2.4",
        "torch latest",
        "torch>=",
        "torch>=latest, <3",
        "torch <3 >=2",
        "torch <3, >=2.x",
        "torch>=2.*",
        "torch==2.0a1.*",
        "torch>=2.4+cu121",
        "torch~=2",
        "torch<2.99999999999999999999",
        "torch===2.4, <3",
        "torch===2.4,nothing",
        "torch>=2,,<3",
        "torch,<3",
        "torch (>=2",
        "torch (>=2; os_name == 'nt'",
        "torch (>=2) <3",
        "torch>=2)",
        "torch[a][b]",
        "torch==2 @ https://h/x",
        "torch>=2 # new",
        "torch\n",
        "torch>=2\n",
        "torch @ https://h/a \n",
        "torch @",
        "torch @ https://h/a b",
        "torch @ https://h/a; os_name == 'nt'",
        "torch;",
        "torch; windows",
        "torch; os_name",
        "torch; os_name = 'nt'",
        "torch; os_name == nt",
        "torch; os_name == 'nt",
        "torch; os_name == 'nt\\'",
        "torch; os_name == '\\x4'",
        "torch; os_name not 'nt'",
        "torch; os_name == 'nt' or",
        "torch; os_name == 'nt', extra == 'x'",
        "torch; (os_name == 'nt'",
        "torch; (os_name == 'nt' extra == 'x')",
        "torch; os_name == 'nt')",
    ]
    .map(complaint)
    .concat();
    insta::assert_snapshot!(complaints, @r##"
    |
    | ^ the name of a distribution is missing
    |   >=1
    |   ^ the name of a distribution is missing
    | 1. >= 1
    | ^^ `1.` is not a valid name
    | tørch
    |  ^ `ø` cannot be in a name
    | torch_>=2
    | ^^^^^^ `torch_` is not a valid name
    | https://example.org/torch.whl
    | ^^^^^ a URL needs a name before it, as in `name @ https://…`
    | torch[
    |       ^ the name of an extra is missing
    | torch[a
    |      ^^ this bracket is not closed
    | torch[a b]
    |         ^ a comma or `]` is missing after the name of an extra
    | torch[a,]
    |         ^ the name of an extra is missing
    | torch[é]
    |       ^ the name of an extra is missing
    | torch[-a]
    |       ^^ `-a` is not a valid name of an extra
    | torch=2.4
    |      ^^^^ `=` is not an operator; equality is `==`
    | torch => 2.4
    |       ^^^^^^ `=>` is not an operator; at least is `>=`
    | torch=<2.4
    |      ^^^^^ `=<` is not an operator; at most is `<=`
    | torch !2.4
    |       ^^^^ `!` is not an operator
    | torch><2.4
    |      ^^^^^ `><` is not an operator
    | torch 2.4
    |       ^^^ an operator is missing before the version, as in `==1.4`
    | torch latest
    |       ^^^^^^ `latest` is not a version specifier
    | torch>=
    |      ^^ a version is missing after `>=`
    | torch>=latest, <3
    |      ^^^^^^^^ `latest` is not a version of PEP 440
    | torch <3 >=2
    |       ^^^^^^ a comma is missing between two version specifiers
    | torch <3, >=2.x
    |           ^^^^^ `2.x` is not a version of PEP 440
    | torch>=2.*
    |      ^^^^^ `.*` goes only with `==` and `!=`
    | torch==2.0a1.*
    |      ^^^^^^^^^ `.*` goes only after a release number, as in `==1.4.*`
    | torch>=2.4+cu121
    |      ^^^^^^^^^^^ a local version (`+…`) goes only with `==` and `!=`
    | torch~=2
    |      ^^^ `~=` needs two release numbers or more, as in `~=1.4`
    | torch<2.99999999999999999999
    |      ^^^^^^^^^^^^^^^^^^^^^^^ a number in the version `2.99999999999999999999` is too large
    | torch===2.4, <3
    |              ^ a comma right after the text of `===` belongs to it: a blank is missing
    | torch===2.4,nothing
    |             ^^^^^^^ `nothing` is not a version specifier
    | torch>=2,,<3
    |          ^ a version specifier is expected here
    | torch,<3
    |      ^ a version specifier, `@` or `;` is expected here
    | torch (>=2
    |       ^^^^ this parenthesis is not closed
    | torch (>=2; os_name == 'nt'
    |           ^ a comma or `)` is expected here
    | torch (>=2) <3
    |             ^ `;` is expected here
    | torch>=2)
    |         ^ a comma or `;` is expected here
    | torch[a][b]
    |         ^ a version specifier, `@` or `;` is expected here
    | torch==2 @ https://h/x
    |          ^ a comma or `;` is expected here
    | torch>=2 # new
    |          ^ a comma or `;` is expected here
    | torch\n
    |      ^ a line end is not allowed here
    | torch>=2\n
    |         ^ a line end is not allowed here
    | torch @ https://h/a \n
    |                     ^ a line end is not allowed here
    | torch @
    |        ^ a URL is missing after `@`
    | torch @ https://h/a b
    |                     ^ `;` is expected here
    | torch @ https://h/a; os_name == 'nt'
    |                      ^ the `;` belongs to the URL unless a blank comes before it
    | torch;
    |       ^ a marker variable or a string in quotes is expected here
    | torch; windows
    |        ^^^^^^^ `windows` is neither a marker variable nor a string in quotes
    | torch; os_name
    |               ^ a comparison (`==`, `!=`, `<`, `>`, …, `in`, `not in`) is expected here
    | torch; os_name = 'nt'
    |                ^ a comparison (`==`, `!=`, `<`, `>`, …, `in`, `not in`) is expected here
    | torch; os_name == nt
    |                   ^^ `nt` is neither a marker variable nor a string in quotes
    | torch; os_name == 'nt
    |                   ^^^ this string is not closed
    | torch; os_name == 'nt\'
    |                   ^^^^^ the backslash takes the closing quote away
    | torch; os_name == '\x4'
    |                   ^^^^^ an escape sequence is too short
    | torch; os_name not 'nt'
    |                    ^ `in` is expected after `not`
    | torch; os_name == 'nt' or
    |                          ^ a marker variable or a string in quotes is expected here
    | torch; os_name == 'nt', extra == 'x'
    |                       ^ `and`, `or` or the end of the marker is expected here
    | torch; (os_name == 'nt'
    |        ^^^^^^^^^^^^^^^^ this parenthesis is not closed
    | torch; (os_name == 'nt' extra == 'x')
    |                         ^ `and`, `or` or `)` is expected here
    | torch; os_name == 'nt')
    |                       ^ `and`, `or` or the end of the marker is expected here
    "##);
}
