// swift-tools-version: 6.1
import PackageDescription

/// Language mode 6 everywhere, with the upcoming features that make dependencies visible.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    // Debug builds check it, tests with them.
    .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release)),
]

let argumentParser = Target.Dependency.product(
    name: "ArgumentParser", package: "swift-argument-parser")
let systemPackage = Target.Dependency.product(name: "SystemPackage", package: "swift-system")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

func module(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
    .target(name: name, dependencies: dependencies, swiftSettings: strict)
}

func tests(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
    .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let package = Package(
    name: "etimedout",
    products: [
        .executable(name: "etimedout", targets: ["etimedout"]),
        .executable(name: "etimedout-perform", targets: ["etimedout-perform"]),
        // Preloaded into QEMU.
        .library(name: "etimedout-conductor", type: .dynamic, targets: ["Conductor"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2"),
    ],
    targets: [
        // What C has and Swift's Glibc module lacks.
        .target(name: "CLinux"),
        // Never linked: a library for LD_PRELOAD.
        .target(name: "Conductor"),
        .systemLibrary(
            name: "CPcap", pkgConfig: "libpcap", providers: [.apt(["libpcap-dev"])]),
        .systemLibrary(
            name: "CNetlink", pkgConfig: "libnl-route-3.0",
            providers: [.apt(["libnl-3-dev", "libnl-route-3-dev"])]),
        .systemLibrary(
            name: "CArchive", pkgConfig: "libarchive", providers: [.apt(["libarchive-dev"])]),

        // The pure half: values in, values out. No clock, file, socket or libpcap.
        module("Wire"),
        module("KernelTimers"),
        module("Evidence", ["Wire", "KernelTimers"]),
        .target(
            name: "Behaviours", dependencies: ["Evidence", "KernelTimers"],
            swiftSettings: strict, plugins: ["CatalogueList"]),
        .plugin(
            name: "CatalogueList", capability: .buildTool(), dependencies: ["catalogue-list"],
            path: "Sources/CatalogueList"),
        .executableTarget(name: "catalogue-list", swiftSettings: strict),
        module("Judge", ["Behaviours", "Evidence", "KernelTimers", "Wire"]),
        .target(
            name: "Reporting",
            dependencies: ["Judge", "Behaviours", "Evidence", "KernelTimers", "Wire"],
            resources: [
                .embedInCode("Pages/Assets/page.css"), .embedInCode("Pages/Assets/page.js"),
            ],
            swiftSettings: strict),

        module("Advice", ["Evidence", "KernelTimers", "Reporting"]),

        // What touches a kernel.
        module("LinuxNet", ["CLinux", "CNetlink", "CPcap", systemPackage]),
        module(
            "Testbed",
            ["LinuxNet", "CPcap", "CLinux", "Evidence", "KernelTimers", "Wire", systemPackage]),
        module("FailoverLab", ["LinuxNet", "Evidence", "KernelTimers", systemPackage]),
        .executableTarget(
            name: "etimedout-perform",
            dependencies: ["Testbed", "FailoverLab", "Evidence", "LinuxNet", systemPackage],
            swiftSettings: strict),

        // What boots other kernels.
        module("KernelLab", ["CArchive", "Evidence", subprocess, systemPackage]),

        // What people run.
        module(
            "Campaign",
            [
                "Judge", "Behaviours", "Evidence", "KernelLab", "Reporting", "Wire", subprocess,
                systemPackage,
            ]),
        .executableTarget(
            name: "etimedout",
            dependencies: [
                "Advice", "Campaign", "Judge", "Behaviours", "Evidence", "KernelLab",
                "KernelTimers",
                "Reporting", argumentParser,
            ],
            swiftSettings: strict,
            // The other linker warns of what Foundation has in it.
            linkerSettings: [.unsafeFlags(["-use-ld=lld"], .when(configuration: .release))]),

        .target(
            name: "Support", dependencies: ["Behaviours", "KernelTimers", "Evidence", "Wire"],
            path: "Tests/Support", swiftSettings: strict),
        tests("KernelTimersTests", ["KernelTimers", "Support"]),
        tests(
            "JudgeTests", ["Judge", "Behaviours", "Evidence", "KernelTimers", "Support", "Wire"]),
        tests(
            "ReportingTests",
            ["Reporting", "Behaviours", "Evidence", "Judge", "KernelTimers", "Support", "Wire"]),
        .executableTarget(
            name: "fake-performer",
            dependencies: ["Behaviours", "Evidence", "KernelTimers", "Reporting", "Support"],
            path: "Tests/FakePerformer", swiftSettings: strict),
        tests(
            "CampaignTests",
            [
                "Campaign", "Behaviours", "Evidence", "KernelLab", "KernelTimers", "Reporting",
                "Support", "Wire", "etimedout-perform", "fake-performer",
            ]),
        tests(
            "CommandTests",
            [
                "Behaviours", "Evidence", "Reporting", "etimedout", "fake-performer", subprocess,
                systemPackage,
            ]),
        tests(
            "KernelBehaviourTests",
            [
                "Behaviours", "Campaign", "Evidence", "Judge", "KernelLab", "Reporting",
                "etimedout-perform",
            ]),
        tests(
            "FixtureTests",
            ["Behaviours", "Campaign", "Evidence", "Judge", "KernelTimers", "Reporting", "Wire"]),
        tests(
            "EvidenceTests", ["Behaviours", "Evidence", "KernelTimers", "Support"]),
        tests(
            "FailoverTests",
            [
                "FailoverLab", "Behaviours", "Campaign", "Evidence", "Judge", "KernelTimers",
                "Reporting", "Wire", "etimedout", "etimedout-perform",
            ]),
        tests("AdviceTests", ["Advice", "Campaign", "Evidence", "KernelTimers", "Reporting"]),
        tests("ArchitectureTests", []),
        tests(
            "KernelLabTests",
            ["CArchive", "Evidence", "KernelLab", "etimedout", subprocess, systemPackage]),
        tests("WireTests", ["Wire"]),
        tests(
            "TestbedTests",
            ["Testbed", "Evidence", "KernelTimers", "LinuxNet", "Wire", systemPackage]),
        tests("LinuxNetTests", ["LinuxNet", "CPcap", systemPackage]),
    ]
)
