import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.codelibs.elasticsearch.runner.ElasticsearchClusterRunner;
import org.codelibs.elasticsearch.runner.node.ClusterRunnerNode;
import org.elasticsearch.common.logging.LogConfigurator;
import org.elasticsearch.common.settings.Settings;
import org.elasticsearch.env.Environment;
import org.elasticsearch.node.InternalSettingsPreparer;
import org.elasticsearch.node.Node;
import org.elasticsearch.plugins.Plugin;

/**
 * Starts one node in the working folder.
 *
 * The runner's own main program is not used: its nodes are no ingest nodes and listen on the loopback interface only.
 */
public final class Server {
    /** The runner knows which modules there are, and tells only its own kind. */
    private static final class Modules extends ElasticsearchClusterRunner {
        static String[] names() {
            return MODULE_TYPES;
        }
    }

    private static List<Class<? extends Plugin>> modules() {
        List<Class<? extends Plugin>> found = new ArrayList<>();
        for (String name : Modules.names()) {
            try {
                found.add(Class.forName(name).asSubclass(Plugin.class));
            } catch (ClassNotFoundException e) {
                // Not published as a library.
            }
        }
        return found;
    }

    /** As in the official image, a variable with a dot in its name is a setting; those of X-Pack mean nothing here. */
    private static Settings settings(Path home) {
        Settings.Builder settings = Settings.builder().put("path.home", home);
        System.getenv().forEach((name, value) -> {
            if (name.matches("[a-z0-9_]+(\\.[a-z0-9_]+)+") && !name.startsWith("xpack.")) {
                settings.put(name, value);
            }
        });
        return settings.build();
    }

    public static void main(String[] arguments) throws Exception {
        Path home = Path.of("").toAbsolutePath();
        Environment environment = InternalSettingsPreparer.prepareEnvironment(
                settings(home), Map.of(), home.resolve("config"), () -> System.getenv("HOSTNAME"));
        LogConfigurator.registerErrorListener();
        LogConfigurator.configure(environment);
        Node node = new ClusterRunnerNode(environment, modules());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                node.close();
            } catch (IOException e) {
                e.printStackTrace();
            }
        }));
        node.start();
        // Every thread of the server is a daemon.
        Thread.currentThread().join();
    }
}
