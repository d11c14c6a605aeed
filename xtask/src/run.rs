//! Running programs as named, timed steps.

use std::{
    fmt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use anyhow::{Context, Result, bail};

/// The top of the working tree.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_owned()
}

/// Where cargo puts what it builds.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// A program with its arguments, in a folder of the project. Its `Display` is what a person would type.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    program: String,
    args: Vec<String>,
    folder: &'static str,
    env: Vec<(&'static str, String)>,
}

impl Run {
    /// A command line of words parted by spaces.
    pub(crate) fn new(line: &str) -> Self {
        let mut words = line.split_whitespace().map(str::to_owned);
        let program = words.next().unwrap_or_default();
        Self { program, args: words.collect(), folder: "", env: Vec::new() }
    }

    /// The same with another program, whose path may have spaces.
    pub(crate) fn program(mut self, program: impl AsRef<Path>) -> Self {
        self.program = program.as_ref().display().to_string();
        self
    }

    pub(crate) fn arg(mut self, arg: impl AsRef<Path>) -> Self {
        self.args.push(arg.as_ref().display().to_string());
        self
    }

    pub(crate) fn args(self, args: impl IntoIterator<Item = impl AsRef<Path>>) -> Self {
        args.into_iter().fold(self, Run::arg)
    }

    pub(crate) fn within(mut self, folder: &'static str) -> Self {
        self.folder = folder;
        self
    }

    pub(crate) fn env(mut self, name: &'static str, value: impl AsRef<Path>) -> Self {
        self.env.push((name, value.as_ref().display().to_string()));
        self
    }

    /// Runs it, its output shown.
    pub(crate) fn go(&self) -> Result<()> {
        let status = self.command().status().with_context(|| self.missing())?;
        if !status.success() {
            bail!("it ended with {status}");
        }
        Ok(())
    }

    /// Runs it and gives what it wrote on standard output.
    pub(crate) fn output(&self) -> Result<Vec<u8>> {
        let done = self.command().stderr(Stdio::inherit()).output().with_context(|| self.missing())?;
        if !done.status.success() {
            bail!("`{self}` ended with {}", done.status);
        }
        Ok(done.stdout)
    }

    /// Whether it can be run at all: it is there and ends well. Nothing is shown.
    pub(crate) fn succeeds(&self) -> bool {
        self.command()
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    }

    pub(crate) fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        for (name, _) in std::env::vars_os().filter(|(name, _)| is_about_xtask(&name.to_string_lossy())) {
            command.env_remove(name);
        }
        command.args(&self.args).current_dir(root().join(self.folder)).envs(self.env.iter().cloned());
        command
    }

    fn missing(&self) -> String {
        let hint = match self.program.as_str() {
            "npm" | "npx" | "node" => "; install Node.js 20.19 or newer with npm 11",
            _ => "",
        };
        format!("`{}` could not be started{hint}", self.program)
    }
}

impl fmt::Display for Run {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.folder.is_empty() {
            write!(f, "cd {} && ", self.folder)?;
        }
        for (name, value) in &self.env {
            write!(f, "{name}={} ", quoted(value))?;
        }
        write!(f, "{}", quoted(&self.program))?;
        self.args.iter().try_for_each(|arg| write!(f, " {}", quoted(arg)))
    }
}

/// What `cargo run` tells xtask about xtask. Build scripts such as ring's look at these names, and would build anew each
/// time a step is run by hand and by xtask in turn.
fn is_about_xtask(name: &str) -> bool {
    name.starts_with("CARGO_PKG_") || ["CARGO_MANIFEST_DIR", "CARGO_MANIFEST_PATH"].contains(&name)
}

fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_=./:,@+".contains(c);
    if !word.is_empty() && word.chars().all(plain) { word.to_owned() } else { format!("'{word}'") }
}

/// A step that is one program.
pub(crate) fn step(name: &str, run: &Run) -> Result<()> {
    timed(name, &run.to_string(), || run.go())
}

/// A step with its name, its time, and, when it fails, the command that runs it alone.
pub(crate) fn timed(name: &str, alone: &str, work: impl FnOnce() -> Result<()>) -> Result<()> {
    println!("── {name}: {alone}");
    let start = Instant::now();
    work().with_context(|| format!("{name} failed; to run it alone: {alone}"))?;
    println!("✓  {name}, {:.1} s\n", start.elapsed().as_secs_f64());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_written_as_it_is_typed() {
        let run = Run::new("npm run e2e").within("web").env("A", "b c").arg("--x=y");
        assert_eq!(run.to_string(), "cd web && A='b c' npm run e2e --x=y");
        assert_eq!(Run::new("cargo fmt --all").to_string(), "cargo fmt --all");
    }

    #[test]
    fn a_failing_program_is_an_error_and_a_missing_one_is_named() {
        assert!(Run::new("true").go().is_ok());
        assert!(Run::new("false").go().is_err());
        let error = Run::new("no-such-program-here").go().expect_err("it is missing");
        assert!(error.to_string().contains("no-such-program-here"), "{error:#}");
        assert!(!Run::new("no-such-program-here").succeeds());
    }
}
