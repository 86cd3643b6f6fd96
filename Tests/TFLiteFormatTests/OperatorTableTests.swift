import Foundation
import TFLiteFormat
import Testing

/// docs/tflite.md names exactly the operators that the reader has a rule for.
@Suite("The operators in docs/tflite.md")
struct OperatorTableTests {
    @Test("The table names every operator that is read, and no other, once each")
    func namesAll() throws {
        let page = URL(filePath: #filePath).appending(path: "../../../docs/tflite.md").standardized
        let lines = try String(contentsOf: page, encoding: .utf8).split(separator: "\n")
        let names = lines.drop { $0 != "### Operators" }.filter { $0.hasPrefix("| ") }.dropFirst().flatMap {
            Self.names(in: $0.split(separator: "|")[0])
        }
        #expect(names.count == Set(names).count)
        #expect(Set(names).subtracting(TFLiteModel.operators).sorted() == [])
        #expect(TFLiteModel.operators.subtracting(names).sorted() == [])
    }

    /// What stands between commas, without remarks in parentheses.
    static func names(in cell: Substring) -> [String] {
        cell.replacing(#/\([^)]*\)/#, with: "").split(separator: ",").map {
            $0.trimmingCharacters(in: .whitespaces)
        }
    }
}
