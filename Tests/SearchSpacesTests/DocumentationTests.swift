import Foundation
import SearchSpaces
import Testing

@Suite("docs/add-a-space.md")
struct DocumentationTests {
    /// The fenced blocks of the page, by the word behind the fence.
    private func blocks() throws -> [(language: String, text: String)] {
        let page = try String(contentsOf: repository.appending(path: "docs/add-a-space.md"), encoding: .utf8)
        let parts = page.split(separator: "```", omittingEmptySubsequences: false)
        return stride(from: 1, to: parts.count, by: 2).map { index in
            let lines = parts[index].split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false)
            return (String(lines[0]), String(lines.last ?? ""))
        }
    }

    @Test("Its example is a space, and its strings are architectures of it")
    func exampleIsASpace() throws {
        let blocks = try blocks()
        let yaml = try #require(blocks.first { $0.language == "yaml" })
        let space = try SearchSpace(parsing: yaml.text, file: "add-a-space.md")
        #expect(space.count == 4 * (2 * 2 * 2 * (1 + 2)) * (1 + 2) * 2 * 8)
        let strings = try #require(blocks.first { $0.language.isEmpty }).text.split(separator: "\n").map(
            String.init)
        #expect(strings.count == 2)
        for string in strings {
            let genotype = try space.genotype(architecture: string)
            #expect(space.architecture(of: genotype) == string)
            _ = try space.graph(of: genotype, input: space.referenceInput)
        }
    }
}
