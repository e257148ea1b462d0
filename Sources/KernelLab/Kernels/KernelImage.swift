/// What a kernel image says about itself (Documentation/arch/x86/boot.rst).
struct KernelImage {
    /// `uname -r` of the kernel within.
    let release: String

    /// Reads an image.
    /// - Throws: `notAKernel`, where it is none that an x86-64 machine boots.
    init(_ bytes: [UInt8], path: String) throws(KernelLabError) {
        func has(_ text: String, at offset: Int) -> Bool {
            bytes.count >= offset + text.utf8.count
                && bytes[offset..<offset + text.utf8.count].elementsEqual(text.utf8)
        }
        if let reason = Self.foreign(bytes, has) { throw .notAKernel(path, reason: reason) }
        // The boot flag, and "HdrS" of the real-mode header.
        guard bytes.count >= 0x268, bytes[0x1fe] == 0x55, bytes[0x1ff] == 0xaa,
            has("HdrS", at: 0x202)
        else { throw .notAKernel(path, reason: "it has no boot header") }
        // xloadflags, bit 0: the kernel has a 64-bit entry point. Since protocol 2.12 (Linux 3.8).
        let isTold = (Int(bytes[0x207]), Int(bytes[0x206])) >= (2, 12)
        guard !isTold || bytes[0x236] & 1 == 1 else {
            throw .notAKernel(path, reason: "it is for 32-bit machines")
        }
        // syssize, in 16 bytes: what follows the boot sectors, checksum included.
        let size = (0..<4).reduce(0) { $0 | Int(bytes[0x1f4 + $1]) << (8 * $1) } * 16
        let sectors = bytes[0x1f1] == 0 ? 4 : Int(bytes[0x1f1])
        let whole = (sectors + 1) * 512 + size
        guard bytes.count >= whole - 16 else {
            throw .notAKernel(
                path, reason: "it is truncated: \(bytes.count) of \(whole) bytes are there")
        }
        let start = 0x200 + Int(bytes[0x20e]) + Int(bytes[0x20f]) << 8
        guard start < bytes.count else { throw .notAKernel(path, reason: "it has no version") }
        let version = bytes[start...].prefix(256).prefix { $0 != 0 && $0 != 0x20 }
        release = String(decoding: version, as: UTF8.self)
        guard !release.isEmpty else { throw .notAKernel(path, reason: "it has no version") }
    }

    /// What a file is that is known, and is no bzImage; nil where it may be one.
    private static func foreign(_ bytes: [UInt8], _ has: (String, Int) -> Bool) -> String? {
        if bytes.isEmpty { return "it is empty" }
        // Documentation/arch/arm64/booting.rst, and arch/riscv/boot-image-header.rst.
        if has("ARMd", 56) { return "it is for arm64, not x86-64" }
        if has("RSC\u{5}", 56) { return "it is for RISC-V, not x86-64" }
        // drivers/firmware/efi/libstub/zboot-header.S; x86 has none of it.
        if has("zimg", 4) { return "it is a compressed EFI image, of another machine than x86-64" }
        if bytes.starts(with: [0x1f, 0x8b]) {
            return "it is compressed as a whole (Image.gz), which x86-64 kernels are not"
        }
        guard bytes.starts(with: [0x7f, 0x45, 0x4c, 0x46]) else { return nil }
        guard let elf = ELFFile(bytes) else { return "it is an ELF file for another machine" }
        return elf.machine == ELFFile.x86
            ? "it is an ELF file; the bzImage (vmlinuz) is needed, or uml: before its path"
            : "it is an ELF file for another machine (e_machine \(elf.machine))"
    }
}
