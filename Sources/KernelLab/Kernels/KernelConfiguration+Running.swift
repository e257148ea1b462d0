public import Evidence

extension KernelConfiguration {
    /// What the running kernel was built with, where it tells (CONFIG_IKCONFIG_PROC).
    ///
    /// A performer looks beside the image in /boot only: it has nothing that decompresses.
    public static func running(_ path: String = "/proc/config.gz") -> KernelConfiguration? {
        guard let bytes = try? ArchiveReader.content(ofCompressed: path), !bytes.isEmpty else {
            return nil
        }
        return KernelConfiguration(text: String(decoding: bytes, as: UTF8.self))
    }
}
