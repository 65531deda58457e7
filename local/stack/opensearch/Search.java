import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.codelibs.opensearch.runner.node.OpenSearchRunnerNode;
import org.opensearch.common.logging.LogConfigurator;
import org.opensearch.common.settings.Settings;
import org.opensearch.env.Environment;
import org.opensearch.node.InternalSettingsPreparer;
import org.opensearch.plugins.Plugin;

/**
 * One OpenSearch node with its modules on the class path: no module folders, no agent, no
 * bootstrap checks, so that it also runs as root. Arguments: home, config folder, plugin classes.
 */
public class Search {
    @SuppressWarnings("unchecked")
    public static void main(String[] args) throws Exception {
        System.setProperty("opensearch.path.home", args[0]);
        LogConfigurator.registerErrorListener();
        Settings settings = Settings.builder().put("path.home", args[0]).build();
        Environment environment =
            InternalSettingsPreparer.prepareEnvironment(settings, Map.of(), Path.of(args[1]), () -> "local");
        LogConfigurator.setNodeName("local");
        LogConfigurator.configure(environment);

        List<Class<? extends Plugin>> plugins = new ArrayList<>();
        for (String name : args[2].split(",")) {
            plugins.add((Class<? extends Plugin>) Class.forName(name));
        }
        var node = new OpenSearchRunnerNode(environment, plugins);
        node.start();
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
                node.awaitClose(10, TimeUnit.SECONDS);
            } catch (Exception e) {
                e.printStackTrace();
            }
        }));
        System.out.println("OpenSearch ready");
        new CountDownLatch(1).await();
    }
}
