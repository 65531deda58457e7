//! MariaDB, the stand-in for MySQL: distributions package it, and it is small.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use super::configure;
use crate::failure::Outcome;
use crate::fetch::mariadb::{self, MariaDb};
use crate::fetch::tool::{self, LongStep};
use crate::ports::Port;
use crate::probe::Probe;
use crate::service::Service;
use crate::stack::Stack;
use crate::{place, system};

/// The database server.
#[derive(Debug)]
pub struct Mariadb;

impl Service for Mariadb {
    fn name(&self) -> &'static str {
        "mariadb"
    }

    fn ports(&self) -> &'static [Port] {
        &[Port::Mysql]
    }

    fn probe(&self) -> Probe {
        Probe::Mysql
    }

    fn command(&self, stack: &Stack) -> Outcome<Command> {
        let mariadb = mariadb::find(stack)?;
        let data = stack.place.data("mariadb");
        let user = user(&[&stack.place.state, &stack.place.downloads]);
        make_data_folder(stack, &mariadb, &data, &user)?;
        let init = configure(stack, "mariadb/init.sql", &[])?;
        let path = |path: &Path| path.display().to_string();
        let settings = [
            ("STACK_BASEDIR", path(&mariadb.basedir)),
            ("STACK_MESSAGES", path(&mariadb.messages)),
            ("STACK_PLUGINS", path(&mariadb.plugins)),
            ("STACK_DATA", path(&data)),
            ("STACK_INIT", path(&init)),
            ("STACK_USER", user),
        ];
        let settings = configure(stack, "mariadb/my.cnf", &settings)?;
        let mut command = mariadb.command(&mariadb.server);
        command.arg(format!("--defaults-file={}", settings.display()));
        Ok(command)
    }
}

/// The user it is to run as: root's servers step down to `nobody`, if `nobody` can reach the files
/// (not under /root, say); everyone else's run as who started them.
fn user(folders: &[&Path]) -> String {
    if !system::is_root() {
        return std::env::var("USER").unwrap_or_default();
    }
    let reachable =
        folders.iter().all(|folder| folder.ancestors().filter(|folder| folder.exists()).all(is_open));
    if reachable { "nobody" } else { "root" }.to_owned()
}

fn is_open(folder: &Path) -> bool {
    const OTHERS_MAY_ENTER: u32 = 0o001;
    std::fs::metadata(folder).is_ok_and(|meta| meta.permissions().mode() & OTHERS_MAY_ENTER != 0)
}

fn make_data_folder(stack: &Stack, mariadb: &MariaDb, data: &Path, user: &str) -> Outcome {
    if data.join("complete").is_file() {
        return Ok(());
    }
    // A first start that was cut off leaves half a folder, which the server would not accept.
    place::remove_folder(data)?;
    place::make_folder(data)?;
    if system::is_root() && user == "nobody" {
        let owner = Some(system::NOBODY);
        let failed = |error| {
            crate::failure::Failure::new(format!("cannot give {} to nobody: {error}", data.display()))
        };
        std::os::unix::fs::chown(data, owner, None).map_err(failed)?;
    }
    let mut install = mariadb.command(&mariadb.install_db);
    install.args(["--no-defaults", "--auth-root-authentication-method=normal", "--skip-test-db"]);
    // Nothing is lost if this is cut off, so it need not wait for the disk.
    install.args(["--skip-name-resolve", "--innodb-flush-log-at-trx-commit=0"]);
    install.arg(format!("--basedir={}", mariadb.basedir.display()));
    install.arg(format!("--datadir={}", data.join("d").display()));
    if system::is_root() {
        install.arg(format!("--user={user}"));
    }
    let log = stack.place.log("mariadb-install");
    tool::run(install, &LongStep { who: "mariadb", what: "making its data folder", log: &log, grows: None })?;
    place::write(&data.join("complete"), "")
}
