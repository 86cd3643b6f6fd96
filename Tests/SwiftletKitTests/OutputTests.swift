import SwiftletKit
import Testing

@Suite("Output")
struct OutputTests {
    @Test("JSON keeps the order of keys, escapes text and writes unknown as null")
    func json() {
        let record: Record = [
            "b": .number(0.1), "a": .text("x\"\n\u{1}"), "none": .number(orUnknown: .nan),
            "list": .list([.integer(1)]),
            "empty": .list([]),
        ]
        #expect(
            Field.record(record).json() == """
                {
                  "b": 0.1,
                  "a": "x\\"\\n\\u0001",
                  "none": null,
                  "list": [
                    1
                  ],
                  "empty": []
                }
                """)
    }

    @Test("CSV quotes what RFC 4180 says must be quoted")
    func csv() {
        let records: [Record] = [
            ["a": .text("1,2"), "b": .text("say \"x\"")], ["a": .unknown, "b": .number(1e-7)],
        ]
        #expect(records.csv(columns: ["a", "b"]) == "a,b\r\n\"1,2\",\"say \"\"x\"\"\"\r\n,1e-07\r\n")
    }

    @Test(
        "Numbers keep three significant digits",
        arguments: [(0.0, "0"), (0.001234, "0.00123"), (1.5, "1.50"), (45.67, "45.7"), (1234.5, "1234")])
    func numbers(value: Double, text: String) {
        #expect(Human.number(value) == text)
    }

    @Test("A plot shows every front member and survives a single point")
    func plot() {
        let points = [(0.1, 0.9), (1.0, 0.95), (10.0, 0.99)].map {
            TextPlot.Point(x: $0.0, y: $0.1, isOnFront: true)
        }
        let text = TextPlot(points, title: "t").text(xLabel: { "\($0)" }, yLabel: { "\($0)" })
        #expect(text.count { $0 == "●" } == 3)
        #expect(
            TextPlot([points[0]], title: "t").text(xLabel: { "\($0)" }, yLabel: { "\($0)" }).contains("●"))
        #expect(
            TextPlot([], title: "t").text(xLabel: { "\($0)" }, yLabel: { "\($0)" }) == "t: nothing to plot\n")
    }
}
