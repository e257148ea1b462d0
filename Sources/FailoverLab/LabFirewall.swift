internal import Evidence
internal import LinuxNet

/// Rules of a node's own packet filter.
enum LabFirewall {
    /// No reset leaves the node.
    static let droppingResets = """
        table ip lab {
            chain output {
                type filter hook output priority 0;
                tcp flags & rst == rst drop
            }
        }

        """

    /// Nobody is told that an address is here: gratuitous ARP does not leave. keepalived sends at
    /// least one, and through a packet socket, which passes by the rules for ARP.
    static func keepingSilent(of address: String, at interface: String) -> String {
        """
        table netdev lab {
            chain out {
                type filter hook egress device \(interface) priority 0;
                arp saddr ip \(address) arp daddr ip \(address) drop
            }
        }

        """
    }

    /// Loads rules at a node.
    static func load(
        _ text: String, at node: FailoverNode, _ network: LabNetwork, _ path: String
    ) throws {
        try LabFiles.write(text, to: path)
        guard let nft = LabProgram.find("nft") else { throw LabError("no nft") }
        let result = try LabProgram.run([nft, "-f", path], in: try network.space(of: node))
        guard result.status == 0 else {
            throw LabError("nft: \(result.output.first ?? "status \(result.status)")")
        }
    }
}
