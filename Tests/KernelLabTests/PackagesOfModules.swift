import CArchive
import Foundation

@testable import KernelLab

/// Modules that are none, compressed files, and RPM packages, made when they are needed.
extension TestPackages {
    enum Compression: String, CaseIterable {
        case none = "", gzip = ".gz", xz = ".xz", zstd = ".zst"
    }

    /// An ELF file with a `.modinfo` section (elf(5)).
    static func module(needing depends: String, machine: UInt8 = 62) -> [UInt8] {
        let information = Array("license=GPL\0depends=\(depends)\0name=x\0".utf8)
        let names = Array("\0.modinfo\0.shstrtab\0".utf8)
        func number(_ value: Int, _ octets: Int) -> [UInt8] {
            (0..<octets).map { UInt8(value >> (8 * $0) & 0xff) }
        }
        func section(name: Int, at offset: Int, size: Int) -> [UInt8] {
            number(name, 4) + number(1, 4) + number(0, 16) + number(offset, 8) + number(size, 8)
                + number(0, 24)
        }
        let table = 64 + information.count + names.count
        var header: [UInt8] = [0x7f, 0x45, 0x4c, 0x46, 2, 1, 1] + number(0, 9)
        header += number(1, 2) + number(Int(machine), 2) + number(1, 4) + number(0, 16)
        header += number(table, 8) + number(0, 4) + number(64, 2) + number(0, 4)
        header += number(64, 2) + number(3, 2) + number(2, 2)
        return header + information + names + [UInt8](repeating: 0, count: 64)
            + section(name: 1, at: 64, size: information.count)
            + section(name: 10, at: 64 + information.count, size: names.count)
    }

    /// The files of a kernel as RHEL 9 lays them out.
    static func coreFiles() -> [(String, [UInt8])] {
        [
            ("./lib/modules/\(release)/vmlinuz", image()),
            ("./lib/modules/\(release)/.vmlinuz.hmac", [0x0a]),
            ("./lib/modules/\(release)/config", Array("CONFIG_HZ=1000\n".utf8)),
        ]
    }

    /// The modules that go with it.
    static func moduleFiles(
        _ compression: Compression, release: String = release
    ) throws -> [(String, [UInt8])] {
        let files = [
            ("drivers/net/veth.ko", module(needing: "ptr-ring,libcrc32c")),
            ("lib/libcrc32c.ko", module(needing: "")),
            ("net/core/ptr-ring.ko", module(needing: "libcrc32c")),
            ("drivers/net/ethernet/intel/e1000.ko", module(needing: "")),
        ]
        return try files.map { name, content in
            (
                "./lib/modules/\(release)/kernel/\(name)\(compression.rawValue)",
                try compressed(content, compression)
            )
        }
    }

    /// Bytes as `gzip`, `xz` and `zstd` compress them.
    static func compressed(_ bytes: [UInt8], _ compression: Compression) throws -> [UInt8] {
        let scratch = try Files.makeScratch(in: NSTemporaryDirectory(), named: "etimedout-test")
        defer { Files.remove(scratch) }
        let archive = archive_write_new()
        defer { archive_write_free(archive) }
        switch compression {
        case .none: return bytes
        case .gzip: archive_write_add_filter_gzip(archive)
        case .xz: archive_write_add_filter_xz(archive)
        case .zstd: archive_write_add_filter_zstd(archive)
        }
        archive_write_set_format_raw(archive)
        archive_write_open_filename(archive, "\(scratch)/file")
        let entry = archive_entry_new()
        defer { archive_entry_free(entry) }
        archive_entry_set_filetype(entry, 0o100000)
        archive_write_header(archive, entry)
        archive_write_data(archive, bytes, bytes.count)
        archive_write_close(archive)
        return try Files.read("\(scratch)/file")
    }

    /// An RPM package (format 3): lead, signature, header, and a compressed cpio archive. The two
    /// header structures hold one entry, which nobody reads.
    static func rpm(
        _ files: [(String, [UInt8])], _ compression: Compression = .zstd
    ) throws -> [UInt8] {
        let scratch = try Files.makeScratch(in: NSTemporaryDirectory(), named: "etimedout-test")
        defer { Files.remove(scratch) }
        let archive = try CpioArchive(path: "\(scratch)/payload")
        for (name, content) in files { try archive.addFile(name, content) }
        try archive.finish()
        var lead: [UInt8] = [0xed, 0xab, 0xee, 0xdb, 3, 0, 0, 0, 0, 1]
        lead += Array("kernel".utf8) + [UInt8](repeating: 0, count: 60) + [0, 1, 0, 5]
        lead += [UInt8](repeating: 0, count: 16)
        let index: [UInt8] =
            [0, 0, 3, 0xe8, 0, 0, 0, 7] + [0, 0, 0, 0] + [0, 0, 0, 8]
            + [UInt8](repeating: 0, count: 8)
        let header: [UInt8] =
            [0x8e, 0xad, 0xe8, 1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 8] + index
        return lead + header + header
            + (try compressed(try Files.read("\(scratch)/payload"), compression))
    }
}
