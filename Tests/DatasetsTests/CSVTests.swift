import Datasets
import Foundation
import Testing

@Suite("CSV files")
struct CSVTests {
    private func table(_ text: String) throws -> CSVTable {
        try CSVTable(parsing: Array(text.utf8), file: "a.csv")
    }

    @Test("Quotes, doubled quotes, commas and line ends within fields are kept")
    func readsQuotedFields() throws {
        let table = try table("name,\"n, o\"\r\n\"a \"\"b\"\"\",\"1\n2\"\r\nc,\r\n\r\n")
        #expect(table.header == ["name", "n, o"] && table.rowCount == 2)
        #expect(table[0, 0] == "a \"b\"" && table[0, 1] == "1\n2" && table[1, 0] == "c" && table[1, 1] == "")
        #expect(table.line(ofRow: 0) == 2 && table.line(ofRow: 1) == 4)
    }

    @Test("Numbers are finite, empty fields are nil")
    func readsNumbers() throws {
        #expect(try table("a,b\n1.5,x\n,y\n-2e3,z").numbers("a") == [1.5, nil, -2000])
    }

    static let wrong: [(String, String)] = [
        ("", "a.csv: is empty"),
        ("a,b\n1\n", "a.csv:2: has 1 fields, the header 2"),
        ("a,a\n1,2\n", "a.csv:1: the column 'a' stands twice"),
        ("a,b\n1,\"2\n", "a.csv:2: a quoted field is not closed"),
        ("a,b\n\"1\"x,2\n", "a.csv:2: text follows a closing quote"),
        ("a,b\n1,2\n\n3,4\n", "a.csv:3: has 1 fields"),
        ("v,b\nnan,2\n", "a.csv:2: v: expected a finite number, got 'nan'"),
        ("v,b\n1,2\n1e999,2\n", "a.csv:3: v: expected a finite number"),
        ("w,b\n1,2\n", "a.csv:1: has no column 'v'; it has w, b"),
    ]

    @Test("A wrong file is refused with its line", arguments: wrong)
    func refusesWrong(_ text: String, _ message: String) {
        #expect { _ = try table(text).numbers("v") } throws: { "\($0)".contains(message) }
    }

    @Test("A published table of 15,625 rows is read", .enabled(if: isPresent("nas-bench-201")))
    func readsPublishedTable() throws {
        let path = dataFolder.appending(path: "nas-bench-201/accuracy.csv.gz").path
        let table = try CSVTable(contentsOf: path)
        #expect(table.rowCount == 15_625)
        #expect(try table.numbers("macs_live")[0] == 15_647_360)
    }
}
