public import Evidence

/// HAProxy's configuration on a controller.
public struct HAProxyConfiguration: Sendable {
    /// The service: address and port.
    public var service: String
    /// The broker: address and port.
    public var broker: String
    /// What is set against dead connections.
    public var protection: Protection

    /// A configuration.
    public init(service: String, broker: String, protection: Protection) {
        self.service = service
        self.broker = broker
        self.protection = protection
    }

    /// The file. HAProxy's own timeouts are as long as in deployments of brokers (an hour and
    /// more), so that none of them ends what the kernel should. Its buffer towards clients is
    /// small, so that a window that a client shuts is felt soon.
    public var text: String {
        let extra = protection.defaults.map { "    \($0)\n" }.joined()
        let bind = ([service] + protection.bindOptions).joined(separator: " ")
        let server = ([broker] + protection.serverOptions).joined(separator: " ")
        return """
            global
                maxconn 64
                nbthread 1
                log stdout format raw local0
                tune.sndbuf.client 16384
            defaults
                mode tcp
                log global
                log-format "end client=%ci:%cp broker=%bi:%bp state=%ts ms=%Tt"
                timeout connect 5s
                timeout client 1h
                timeout server 1h
            \(extra)listen amqp
                bind \(bind)
                server broker \(server)

            """
    }
}
