import Foundation

@testable import KernelLab

/// Packages of a kernel that is none: small, and made when they are needed.
enum TestPackages {
    static let release = "6.1.0-56-cloud-amd64"

    /// A boot header (Documentation/arch/x86/boot.rst), a version and 8 KiB of nothing.
    static func image(release: String = release) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: 1024 + 8192)
        bytes[0x1f1] = 1
        (bytes[0x1fe], bytes[0x1ff]) = (0x55, 0xaa)
        bytes.replaceSubrange(0x202..<0x206, with: "HdrS".utf8)
        // Protocol 2.15.
        (bytes[0x206], bytes[0x207]) = (15, 2)
        // syssize, in 16 bytes.
        (bytes[0x1f4], bytes[0x1f5]) = (0x00, 0x02)
        (bytes[0x20e], bytes[0x20f]) = (0x80, 0x00)
        bytes[0x236] = 1
        bytes.replaceSubrange(0x280..<(0x281 + release.utf8.count), with: "\(release) ".utf8)
        return bytes
    }

    /// The files of a Debian kernel up to 7.1.
    static func kernelFiles(release: String = release) -> [(String, [UInt8])] {
        [
            ("./boot/vmlinuz-\(release)", image(release: release)),
            ("./boot/config-\(release)", Array("CONFIG_64BIT=y\nCONFIG_HZ=250\n".utf8)),
            ("./usr/share/doc/linux-image/copyright", [0x0a]),
        ]
    }

    /// A Debian package (deb(5)): an ar archive of which only `data.tar` counts.
    static func deb(_ files: [(String, [UInt8])]) -> [UInt8] {
        let data = tar(files)
        var bytes = Array("!<arch>\n".utf8)
        for (name, content) in [("debian-binary", Array("2.0\n".utf8)), ("data.tar", data)] {
            func field(_ text: String, _ width: Int) -> [UInt8] {
                Array(text.padding(toLength: width, withPad: " ", startingAt: 0).utf8)
            }
            bytes += field(name, 16) + field("0", 12) + field("0", 6) + field("0", 6)
            bytes += field("100644", 8) + field("\(content.count)", 10) + Array("`\n".utf8)
            bytes += content + [UInt8](repeating: 0x0a, count: content.count % 2)
        }
        return bytes
    }

    /// A ustar archive (tar(5)).
    static func tar(_ files: [(String, [UInt8])]) -> [UInt8] {
        var bytes: [UInt8] = []
        for (name, content) in files {
            var header = [UInt8](repeating: 0, count: 512)
            func put(_ text: String, at offset: Int) {
                header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
            }
            func octal(_ number: Int, _ width: Int) -> String {
                let digits = String(number, radix: 8)
                return String(repeating: "0", count: width - digits.count) + digits
            }
            put(name, at: 0)
            put("0000644", at: 100)
            put("0000000", at: 108)
            put("0000000", at: 116)
            put(octal(content.count, 11), at: 124)
            put(octal(0, 11), at: 136)
            put("        ", at: 148)
            put("0", at: 156)
            put("ustar", at: 257)
            put("00", at: 263)
            put(octal(header.map(Int.init).reduce(0, +), 6), at: 148)
            header[154] = 0
            bytes += header + content
            bytes += [UInt8](repeating: 0, count: (512 - content.count % 512) % 512)
        }
        return bytes + [UInt8](repeating: 0, count: 1024)
    }
}
