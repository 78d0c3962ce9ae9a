//! Hooks that do what no hook should.

use std::time::Duration;

use passthrough_build::hooks::{Artefact, HookErrorKind};

use crate::support::{Project, WHEEL};

/// A project whose hook runs `body`, and then builds a wheel.
fn hook(body: &str) -> Project {
    Project::with(&format!(
        "{WHEEL}
def build_wheel(wheel_directory, config_settings=None, metadata_directory=None):
    control = os.path.dirname(sys.modules['__main__'].__file__)
    answer = os.path.join(control, 'answer.json')
    {body}
    return make(wheel_directory)
"
    ))
}

/// Enough for an interpreter to have started, on a machine that is busy.
const SHORT: Duration = Duration::from_secs(5);

#[test]
fn one_that_never_returns_is_ended() {
    let mut project = hook("import time; print('asleep'); time.sleep(1000)");
    project.timeout = SHORT;
    let error = project.error();
    assert_eq!(
        error.to_string(),
        "build_wheel did not end within 5s and was stopped"
    );
    assert_eq!(error.output, b"asleep\n");
}

#[test]
fn a_thread_that_never_ends_is_a_hook_that_never_ends() {
    let body = "import threading, time; threading.Thread(target=time.sleep, args=[1000]).start()";
    let mut project = hook(body);
    project.timeout = SHORT;
    assert!(matches!(project.kind(), HookErrorKind::Process(_)));
}

#[test]
fn floods_are_seen_and_forgotten() {
    for stream in [1, 2] {
        let body = format!(
            "[os.write({stream}, b'x' * 9999 + b'\\n') for _ in range(10000)]; raise ValueError"
        );
        let error = hook(&body).error();
        assert!(matches!(error.kind, HookErrorKind::Raised(_)), "{error}");
        assert_eq!(error.output.len(), 1 << 16);
    }
    let body =
        "os.write(1, b'\\xff\\xfe\\x00\\x1b[2J'); print('\\udc80'.encode('utf-8', 'replace'))";
    hook(body).build(Artefact::Wheel).unwrap();
}

#[test]
fn one_that_forks_and_leaves_its_child_behind() {
    // The child keeps the pipe open, and is in the group.
    let body = "import time
    if os.fork() == 0:
        time.sleep(1000)";
    hook(body).build(Artefact::Wheel).unwrap();
    let body = "import time
    if os.fork() == 0:
        time.sleep(1000)
    os._exit(0)";
    assert!(matches!(
        hook(body).kind(),
        HookErrorKind::Ended {
            answered: false,
            ..
        }
    ));
}

#[test]
fn a_fork_that_returns_does_not_answer() {
    let body = "child = os.fork()
    if child == 0: raise ValueError
    os.waitpid(child, 0)";
    hook(body).build(Artefact::Wheel).unwrap();
    // Only the child returns, and would have answered for its parent.
    let body = "child = os.fork()
    if child != 0:
        os.waitpid(child, 0)
        os._exit(0)";
    let kind = hook(body).kind();
    assert!(
        matches!(
            kind,
            HookErrorKind::Ended {
                answered: false,
                ..
            }
        ),
        "{kind}"
    );
}

#[test]
fn one_that_ends_its_process() {
    for (body, words) in [
        (
            "os._exit(0)",
            "build_wheel ended with exit status 0, without an answer",
        ),
        (
            "os._exit(7)",
            "build_wheel ended with exit status 7, without an answer",
        ),
        (
            "os.kill(os.getpid(), 9)",
            "build_wheel ended with signal 9, without an answer",
        ),
        (
            "os.abort()",
            "build_wheel ended with signal 6, without an answer",
        ),
        (
            "import atexit; atexit.register(os._exit, 3)",
            "build_wheel ended with exit status 3 after it had answered",
        ),
    ] {
        let error = hook(body).error();
        assert_eq!(error.to_string(), words);
        assert!(error.hint().is_some());
    }
}

#[test]
fn one_that_closes_every_descriptor_has_still_returned() {
    hook("print('x', end=''); os.closerange(0, 256)")
        .build(Artefact::Wheel)
        .unwrap();
}

#[test]
fn one_that_goes_elsewhere_has_still_returned() {
    hook("os.chdir('/')").build(Artefact::Wheel).unwrap();
    hook("sys.path[:] = []; sys.meta_path[:] = []; os.environ.clear()")
        .build(Artefact::Wheel)
        .unwrap();
}

#[test]
fn one_that_removes_the_control_directory() {
    let kind = hook("import shutil; shutil.rmtree(control); os._exit(0)").kind();
    assert!(matches!(kind, HookErrorKind::ControlGone), "{kind}");
    let body = "import shutil; shutil.rmtree(control); open(control, 'w').close(); os._exit(0)";
    let kind = hook(body).build(Artefact::Wheel).unwrap_err().kind;
    assert!(matches!(kind, HookErrorKind::ControlGone), "{kind}");
    // The script itself cannot write then.
    let kind = hook("import shutil; shutil.rmtree(control)").kind();
    assert!(
        matches!(
            kind,
            HookErrorKind::Ended {
                answered: false,
                ..
            }
        ),
        "{kind}"
    );
}

#[test]
fn one_that_answers_in_the_scripts_place() {
    for (body, words) in [
        (
            "open(answer, 'wb').write(b'\\xff\\x00{'); os._exit(0)",
            "cannot be read: ",
        ),
        (
            "open(answer, 'w').write('[' * 100000); os._exit(0)",
            "cannot be read: ",
        ),
        (
            "open(answer, 'w').write('{\"returned\": {\"text\": 3}}'); os._exit(0)",
            "cannot be read: ",
        ),
        (
            "open(answer, 'w').truncate(1 << 30); os._exit(0)",
            "it is longer than 16777216 bytes",
        ),
        ("os.mkfifo(answer); os._exit(0)", "it is not a regular file"),
        ("os.mkdir(answer); os._exit(0)", "it is not a regular file"),
        (
            "os.symlink('/etc/passwd', answer); os._exit(0)",
            "cannot be read: ",
        ),
        (
            "open(answer, 'w').write('{\"returned\": {\"text\": \"../x.whl\"}}'); os._exit(0)",
            "is not a file name",
        ),
    ] {
        let error = hook(body).error();
        assert!(error.to_string().contains(words), "{body}: {error}");
    }
    // Not even an answer that is one, by way of a link.
    let body = "open(control + '/x', 'w').write('{\"returned\": {\"text\": \"x\"}}')
    os.symlink('x', answer)
    os._exit(0)";
    let kind = hook(body).kind();
    assert!(matches!(kind, HookErrorKind::Garbled(_)), "{kind}");
    // In the way of the script's own.
    let kind = hook("os.mkdir(answer)").kind();
    assert!(matches!(kind, HookErrorKind::Ended { .. }), "{kind}");
}

#[test]
fn one_that_returns_too_much() {
    let project =
        Project::with("def get_requires_for_build_wheel(*a, **k): return ['x'] * 10_000_000\n");
    let error = project
        .backend()
        .get_requires(Artefact::Wheel, &Default::default())
        .unwrap_err();
    assert!(matches!(error.kind, HookErrorKind::Garbled(_)), "{error}");
    let kind = Project::with("def build_wheel(*a, **k): return 'x' * 10_000_000\n").kind();
    let HookErrorKind::Name { name, .. } = kind else {
        panic!("{kind}");
    };
    assert!(name.len() < 70_000);
}

#[test]
fn one_that_raises_a_book() {
    for message in [
        "'line\\n' * 1_000_000",
        "'\\udc80\\x00\\x1b'",
        "'x' * 10_000_000",
    ] {
        let kind = hook(&format!("raise ValueError({message})")).kind();
        let HookErrorKind::Raised(failure) = kind else {
            panic!("{kind}");
        };
        assert!(failure.exception.message.len() < 70_000);
        assert!(failure.traceback.len() < 70_000);
    }
    let body = "error = None
    for _ in range(100_000):
        error, cause = ValueError(), error
        error.__cause__ = cause
    raise error";
    let kind = hook(body).kind();
    let HookErrorKind::Raised(failure) = kind else {
        panic!("{kind}");
    };
    assert_eq!(failure.causes.len(), 8);
}

#[test]
fn a_failure_of_every_greatest_length_still_fits() {
    // Causes, frames, lines of source, names of files and of functions, entries
    // of sys.path: more and longer of each than is kept, in wide characters.
    let project = hook(
        "sys.path[:] = ['\u{1f40d}' * 9999] * 9999
    wide = '\u{10ffff}' * 9999
    def deep(depth, cause):
        pass
    code = 'def deep(depth, cause):\\n if depth: deep(depth - 1, cause)\\n raise ValueError(wide) from cause'
    import linecache
    name = '\u{1f40d}' * 9999
    linecache.cache[name] = (1, None, [wide + '\\n'] * 9, name)
    space = {'wide': wide}
    exec(compile(code, name, 'exec'), space)
    error = None
    for _ in range(20):
        try:
            space['deep'](99, error)
        except ValueError as raised:
            error = raised
    raise error",
    );
    let kind = project.kind();
    let HookErrorKind::Raised(failure) = kind else {
        panic!("{kind}");
    };
    assert_eq!(
        (failure.causes.len(), failure.causes[7].frames.len()),
        (8, 64)
    );
}

#[test]
fn one_that_hides_what_it_raised() {
    for body in [
        "class E(Exception):
        __cause__ = property(lambda self: 1/0)
    raise E",
        "class E(ImportError):
        name = property(lambda self: 1/0)
    raise E",
        "class M(type):
        __qualname__ = 3
    class E(Exception, metaclass=M): pass
    raise E",
        "sys.modules['__main__'].text = None; raise ValueError",
    ] {
        let kind = hook(body).kind();
        assert!(
            matches!(
                kind,
                HookErrorKind::Raised(_)
                    | HookErrorKind::Ended {
                        answered: false,
                        ..
                    }
            ),
            "{body}: {kind}"
        );
    }
}
