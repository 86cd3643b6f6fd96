import Foundation
import Testing

/// The table of docs/architecture.md, the package and the sources say the same about who imports whom.
@Suite("Walls")
struct WallTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Module → imports, as the documentation's table lists them.
    static func documented() throws -> [String: Set<String>] {
        let text = try String(contentsOf: root.appending(path: "docs/architecture.md"), encoding: .utf8)
        var table: [String: Set<String>] = [:]
        for line in text.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let names = cells[1].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            table[cells[0].replacing("`", with: "")] = Set(names.filter { $0 != "–" })
        }
        return table
    }

    /// `all …` rows stand for every module; they are checked by the compiler alone.
    static func isOpen(_ imports: Set<String>) -> Bool { imports.contains { $0.hasPrefix("all") } }

    private struct Package: Decodable {
        struct Target: Decodable {
            struct Dependency: Decodable {
                let byName: [String?]?
                let product: [Product?]?
                /// The product's name stands first; the rest (package, conditions) is of other types.
                struct Product: Decodable {
                    let name: String?
                    init(from decoder: any Decoder) throws {
                        name = try? decoder.singleValueContainer().decode(String.self)
                    }
                }
                var name: String? { byName?.first ?? product?.first??.name }
            }
            let name: String
            let type: String
            let dependencies: [Dependency]
        }
        let targets: [Target]
    }

    @Test("The package's targets depend on what the table lists and nothing else")
    func packageAgrees() throws {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "swiftlet-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "swift", "package", "--scratch-path", scratch.path(), "--package-path", Self.root.path(),
            "dump-package",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        let package = try JSONDecoder().decode(Package.self, from: data)
        let documented = try Self.documented()
        for target in package.targets where ["regular", "executable"].contains(target.type) {
            guard let allowed = documented[target.name], !Self.isOpen(allowed) else { continue }
            #expect(Set(target.dependencies.compactMap(\.name)) == allowed, "\(target.name)")
        }
        let swiftTargets = package.targets.filter {
            $0.type == "regular" && !$0.name.hasPrefix("C") || $0.name == "Compression"
        }
        for target in swiftTargets {
            #expect(documented[target.name] != nil, "\(target.name) is not in the table")
        }
    }

    @Test(
        "Only one module sees each guarded library",
        arguments: [
            ("CKernels", ["Kernels"]), ("COpenBLAS", ["LinearAlgebra"]), ("GRDB", ["ExperimentStore"]),
            ("SwiftProtobuf", ["ONNXFormat"]), ("Yams", ["YAMLReader"]),
            ("CZlib", ["Datasets", "ArrayFiles"]),
            ("ArgumentParser", ["swiftlet"]), ("CDigits", ["Datasets"]), ("CPNG", ["Datasets"]),
            ("CTurboJPEG", ["Datasets"]), ("CSndFile", ["Datasets"]), ("CShipped", ["SwiftletKit"]),
        ])
    func guarded(library: String, modules: [String]) throws {
        let pattern = try Regex(
            "^\\s*(@\\w+(\\(\\w+\\))? )*(public |internal |private |package |fileprivate )?import \(library)\\b"
        )
        let sources = Self.root.appending(path: "Sources")
        let files = FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)
        for case let file as URL in try #require(files) where file.pathExtension == "swift" {
            let module = file.path().dropFirst(sources.path().count + 1).split(separator: "/").first.map(
                String.init)
            guard let module, !modules.contains(module) else { continue }
            let text = try String(contentsOf: file, encoding: .utf8)
            let offender = text.split(separator: "\n").first { $0.contains(pattern) }
            #expect(offender == nil, "\(file.lastPathComponent) of \(module) imports \(library)")
        }
    }
}
