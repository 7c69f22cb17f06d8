import java.net.InetSocketAddress;
import org.eclipse.jetty.server.Server;
import org.eclipse.jetty.server.ServerConnector;
import org.eclipse.jetty.server.handler.ContextHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBRequestHandler;
import software.amazon.dynamodb.services.local.server.LocalDynamoDBServerHandler;

/**
 * AWS's DynamoDB Local in memory, on 127.0.0.1 and a free port. Its own main class listens on all interfaces, has no
 * setting for that, and reports its start to AWS. Prints "ready PORT"; ends with its standard input, so that it never
 * outlives who started it.
 */
public class DynamoDbOnLoopback {
  public static void main(String[] args) throws Exception {
    var inMemory = true;
    var sharedBetweenKeys = false;
    var slowTableChanges = false;
    var requests = new LocalDynamoDBRequestHandler(0, inMemory, null, sharedBetweenKeys, slowTableChanges);
    var server = new Server(new InetSocketAddress("127.0.0.1", 0));
    server.setHandler(new ContextHandler(new LocalDynamoDBServerHandler(requests, null), "/"));
    server.start();
    System.out.println("ready " + ((ServerConnector) server.getConnectors()[0]).getLocalPort());
    while (System.in.read() != -1) {}
    System.exit(0);
  }
}
