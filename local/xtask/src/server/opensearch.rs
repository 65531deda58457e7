//! OpenSearch: one node without security.

use std::process::Command;

use super::configure;
use super::java::Java;
use crate::failure::Outcome;
use crate::fetch::jars::{self, Module};
use crate::fetch::jdk;
use crate::place;
use crate::ports::Port;
use crate::probe::{Probe, Request};
use crate::service::Service;
use crate::stack::Stack;

/// Its modules in version 3, by their classes.
const MODULES_3: &str = "org.opensearch.transport.Netty4ModulePlugin,\
    org.opensearch.analysis.common.CommonAnalysisModulePlugin,\
    org.opensearch.painless.PainlessModulePlugin,\
    org.opensearch.index.reindex.ReindexModulePlugin,\
    org.opensearch.index.mapper.MapperExtrasModulePlugin";
/// The same in version 2.
const MODULES_2: &str = "org.opensearch.transport.Netty4Plugin,\
    org.opensearch.analysis.common.CommonAnalysisPlugin,\
    org.opensearch.painless.PainlessPlugin,\
    org.opensearch.index.reindex.ReindexPlugin,\
    org.opensearch.index.mapper.MapperExtrasPlugin";

/// The node.
#[derive(Debug)]
pub struct OpenSearch;

impl Service for OpenSearch {
    fn name(&self) -> &'static str {
        "opensearch"
    }

    fn ports(&self) -> &'static [Port] {
        &[Port::Search, Port::SearchTransport]
    }

    fn probe(&self) -> Probe {
        Probe::Http(Request::get("/_cluster/health?wait_for_status=yellow&timeout=2s"))
    }

    /// Searches are few here; what is indexed follows the ledger when the ledger has time for it.
    fn niceness(&self) -> i32 {
        15
    }

    fn command(&self, stack: &Stack) -> Outcome<Command> {
        let module = jars::opensearch(stack)?;
        // An older version cannot read the data of a newer one.
        let data = stack.place.data(module.name());
        place::make_folder(&data.join("home"))?;
        let extra = [("STACK_DATA", data.display().to_string())];
        let settings = configure(stack, "opensearch/opensearch.yml", &extra)?;
        configure(stack, "opensearch/log4j2.properties", &[])?;
        let jdk = jdk::jdks(stack)?.newest();
        let java =
            Java { name: "opensearch", jdk, heap_mib: 256, jars: &jars::of(stack, module)?, main: "Search" };
        let mut options: Vec<String> = ["-Xms256m", "-Dlog4j2.disable.jmx=true"].map(str::to_owned).into();
        options.extend(stack.settings.jvm_compiler());
        options.extend(["-Dio.netty.noUnsafe=true", "--add-modules=jdk.incubator.vector"].map(str::to_owned));
        options.extend(java.class_archive(stack)?);
        let mut command = java.command(&options);
        command.arg(data.join("home")).arg(settings.parent().unwrap_or(&data));
        command.arg(if module == Module::OpenSearch3 { MODULES_3 } else { MODULES_2 });
        Ok(command)
    }
}
