import Foundation
import Testing

/// The table of docs/architecture.md, the package and the sources say the same about who imports whom.
@Suite("Walls")
struct WallTests {
    static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Described once for all tests.
    private static let described = Result { try Package.described(at: root) }

    @Test("The package's targets depend on what the table lists and nothing else")
    func packageAgrees() throws {
        let table = try WallTable(root: Self.root)
        for target in try Self.described.get().targets
        where target.isModule && target.isSwift(below: Self.root) {
            let row = try #require(table.rows[target.name], "\(target.name) is not in the table")
            if row.isOpen {
                let undeclared = target.imports.subtracting(table.rows.keys).subtracting(row.imports)
                #expect(undeclared == [], "\(target.name) depends on what the table does not list")
            } else {
                #expect(target.imports == row.imports, "\(target.name)")
            }
        }
    }

    @Test("Every module of the table is a target")
    func tableAgrees() throws {
        let targets = Set(try Self.described.get().targets.map(\.name))
        #expect(Set(try WallTable(root: Self.root).rows.keys).subtracting(targets) == [])
    }

    @Test("Every module, test and benchmark imports what it depends on and nothing else")
    func importsAgree() throws {
        let table = try WallTable(root: Self.root)
        let package = try Self.described.get()
        let known = Set(package.targets.map(\.name)).union(package.targets.flatMap(\.imports))
        for target in package.targets where target.isSwift(below: Self.root) {
            let imported = try target.importLines(below: Self.root).intersection(known).subtracting([
                target.name
            ])
            #expect(
                imported.subtracting(target.imports) == [], "\(target.name) imports what it does not declare")
            if table.rows[target.name]?.isOpen != true {
                #expect(
                    target.imports.subtracting(imported) == [], "\(target.name) does not use what it declares"
                )
            }
        }
    }
}

/// Module → imports, as the documentation's table lists them.
private struct WallTable {
    struct Row {
        let imports: Set<String>
        /// Whether the row says `all`: such a module may import every other one.
        let isOpen: Bool
    }

    private(set) var rows: [String: Row] = [:]

    init(root: URL) throws {
        let text = try String(contentsOf: root.appending(path: "docs/architecture.md"), encoding: .utf8)
        // Modules stand in the page's first table.
        let table = text.split(separator: "\n", omittingEmptySubsequences: false)
            .drop { !$0.hasPrefix("| `") }.prefix { $0.hasPrefix("| `") }
        for line in table {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let names = cells[1].split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
            rows[cells[0].replacing("`", with: "")] = Row(
                imports: Set(names.filter { $0 != "–" && !$0.hasPrefix("all") }),
                isOpen: names.contains { $0.hasPrefix("all") })
        }
    }
}

/// What `swift package dump-package` says of the targets.
private struct Package: Decodable {
    let targets: [Target]

    struct Target: Decodable {
        let name: String
        let type: String
        let path: String?
        let dependencies: [Dependency]

        /// The modules and products that the target depends on.
        var imports: Set<String> { Set(dependencies.compactMap(\.name)) }

        /// Whether it is a library or a program below Sources.
        var isModule: Bool { path == nil && (type == "regular" || type == "executable") }
    }

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

    static func described(at root: URL) throws -> Package {
        let scratch = FileManager.default.temporaryDirectory.appending(path: "swiftlet-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: scratch) }
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/env")
        process.arguments = [
            "swift", "package", "--scratch-path", scratch.path(), "--package-path", root.path(),
            "dump-package",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let data = try output.fileHandleForReading.readToEnd() ?? Data()
        process.waitUntilExit()
        return try JSONDecoder().decode(Package.self, from: data)
    }
}

extension Package.Target {
    private func folder(below root: URL) -> URL {
        root.appending(path: path ?? (type == "test" ? "Tests/\(name)" : "Sources/\(name)"))
    }

    private func sources(below root: URL) -> [URL] {
        let files = FileManager.default.enumerator(at: folder(below: root), includingPropertiesForKeys: nil)
        return (files?.allObjects ?? []).compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" }
    }

    /// Whether it is written in Swift; C targets import nothing of ours.
    func isSwift(below root: URL) -> Bool { !sources(below: root).isEmpty }

    /// Every module that a line of the sources imports.
    func importLines(below root: URL) throws -> Set<String> {
        // A new expression each time: regular expressions are not Sendable.
        let line =
            /^(?:@\w+(?:\([^)]*\))?\s+)*(?:\w+\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(\w+)/
        var modules: Set<String> = []
        for file in sources(below: root) {
            for text in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
                if let match = text.prefixMatch(of: line) { modules.insert(String(match.1)) }
            }
        }
        return modules
    }
}
