import Reports
import Testing

@Suite("CSV")
struct CSVRowsTests {
    private struct Row: Encodable {
        let a: String?
        let b: Double
    }

    @Test("What RFC 4180 says must be quoted is quoted, unknown values are empty, numbers read back")
    func quoting() throws {
        let rows = [Row(a: "1,2", b: .nan), Row(a: "say \"x\"", b: 1e-7), Row(a: nil, b: 0.1)]
        #expect(try CSVRows(of: rows).text == "a,b\r\n\"1,2\",\r\n\"say \"\"x\"\"\",1e-07\r\n,0.1\r\n")
    }

    @Test("Columns are those asked for, in their order, also without rows")
    func columns() throws {
        #expect(try CSVRows(["b", "a", "c"], of: [Row(a: "x", b: 2)]).text == "b,a,c\r\n2.0,x,\r\n")
        #expect(try CSVRows(["b", "a"], of: [Row]()).text == "b,a\r\n")
    }
}
