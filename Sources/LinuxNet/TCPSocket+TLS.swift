extension SocketOption {
    /// TCP_ULP of linux/tcp.h: which upper layer has the socket, by its name.
    static let upperLayer = SocketOption(level: 6, number: 31, name: "TCP_ULP")
    /// TLS_TX of linux/tls.h, at the level SOL_TLS: the keys of what is sent.
    static let sendingKeys = SocketOption(level: 282, number: 1, name: "TLS_TX")
}

extension TCPSocket {
    /// Has the kernel encrypt what is sent from here on, as TLS 1.2 with AES-128-GCM.
    ///
    /// No handshake is made, and the key is no secret: the kernel's code is wanted, not
    /// secrecy. The corresponding C function is `setsockopt` with `TCP_ULP` and `TLS_TX`.
    /// - Throws: ENOENT if this kernel lacks TLS or the cipher.
    public func encryptSending() throws(LinuxError) {
        try setOption(.upperLayer, bytes: Array("tls".utf8))
        // struct tls12_crypto_info_aes_gcm_128: version 1.2, cipher 51, then the initialization
        // vector, the key, the salt and the number of the first record.
        let head: [UInt8] = [0x03, 0x03, 51, 0]
        let secrets = (UInt8(1)...36).map { $0 }
        try setOption(.sendingKeys, bytes: head + secrets)
    }
}
