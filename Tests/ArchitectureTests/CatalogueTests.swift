import Foundation
import Testing

/// The documentation catalogues name what their modules declare.
@Suite("Catalogues")
struct CatalogueTests {
    @Test(
        "Every symbol that a catalogue names is declared in its module",
        arguments: ["ModelGraph", "Engine", "Search", "SwiftletKit"])
    func namesSymbols(module: String) throws {
        let folder = WallTests.root.appending(path: "Sources/\(module)")
        let page = try String(
            contentsOf: folder.appending(path: "\(module).docc/\(module).md"), encoding: .utf8)
        let declared = try Self.declarations(below: folder).union([module])
        let named = page.matches(of: /``([^`\n]+)``/).flatMap { match in
            match.1.split(separator: "/").map { String($0.prefix { $0 != "(" }) }
        }
        #expect(!named.isEmpty)
        #expect(Set(named).subtracting(declared) == [])
    }

    /// Names of types, functions, properties and cases of a module's sources.
    private static func declarations(below folder: URL) throws -> Set<String> {
        let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
        let sources = (files?.allObjects ?? []).compactMap { $0 as? URL }.filter {
            $0.pathExtension == "swift"
        }
        let keyword = /\b(?:struct|class|enum|protocol|actor|typealias|func|var|let|case)\s+(\w+)/
        return try Set(
            sources.flatMap { file in
                try String(contentsOf: file, encoding: .utf8).matches(of: keyword).map { String($0.1) }
            })
    }
}
