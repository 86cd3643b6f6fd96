import Quantities
import Reports
import Testing

@Suite("Plots")
struct PlotTests {
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

    @Test(
        "An axis has a handful of round ticks within what it spans",
        arguments: [
            ([81.1, 98.5], false, 1, [85, 90, 95]), ([1, 80], false, 1, [0, 20, 40, 60, 80]),
            ([0.00131, 0.0278], true, 1, [0.002, 0.005, 0.01, 0.02]),
            ([0.52, 0.81], true, 1, [0.6, 0.7, 0.8]),
            ([2e-3, 3e4], true, 1, [0.01, 0.1, 1, 10, 100, 1000, 10_000]),
            ([3000, 40_000], true, 1024, [5 * 1024, 10 * 1024, 20 * 1024]),
        ] as [([Double], Bool, Double, [Double])])
    func ticks(values: [Double], isLogarithmic: Bool, unit: Double, expected: [Double]) throws {
        let axis = try #require(PlotAxis(values, isLogarithmic: isLogarithmic, unit: unit))
        #expect(axis.ticks.count == expected.count)
        for (tick, other) in zip(axis.ticks, expected) { #expect(abs(tick - other) <= 1e-9 * other) }
        #expect(values.allSatisfy { (0...1).contains(axis.share($0)) })
    }

    @Test("An axis survives one value, none, and the ends of what numbers can be", arguments: [false, true])
    func extremeAxes(isLogarithmic: Bool) throws {
        #expect(PlotAxis([], isLogarithmic: isLogarithmic)?.ticks == nil)
        let ends: [Double] = [.leastNonzeroMagnitude, 1e-300, 1, 1e300, .greatestFiniteMagnitude]
        for low in ends {
            for high in ends where high >= low {
                let axis = try #require(PlotAxis([low, high], isLogarithmic: isLogarithmic))
                #expect(axis.ticks.count <= 8)
            }
        }
    }

    @Test(
        "A page draws costs and qualities of any size, and says how many have no place on its axis",
        arguments: [
            [], [0], [0, 0], [0, 4], [4, 4], [4, 1e300], [1e-300, 1e300], [-1, 5], [.infinity, 5],
        ],
        [0.5, 0, -1e300, 1e300] as [Double])
    func extremeCosts(costs: [Double], quality: Double) throws {
        let points = costs.enumerated().map {
            FrontPicture.Point(
                cost: $0.element, quality: quality * Double($0.offset), isOnFront: true, label: "c\u{1b}<b>")
        }
        let front = FrontAnswer(
            job: "j", device: "d", fidelity: nil, metric: "accuracy", reference: [], hypervolume: .nan,
            candidates: [], picture: FrontPicture(title: "t", cost: .latency, points: points))
        let page = ReportPage(
            job: JobAnswer(
                name: "j", state: "finished", evaluations: 1, seconds: 1e300, hypervolume: .infinity),
            facts: [],
            sections: [
                ReportPage.Section(
                    front: front,
                    recommendation: SelectionAnswer(
                        job: "j", device: "d", candidate: nil, why: "", runnerUp: nil, nearest: [],
                        blocking: nil),
                    baseline: nil, candidates: costs.count, infeasible: [],
                    trace: [(1, 0, 1), (2, .nan, 2), (3, 1, 3), (4, .infinity, 4)])
            ]
        ).html
        #expect(!page.contains("nan") && !page.contains("\"inf") && !page.contains("\u{1b}"))
        let left = costs.count { $0 <= 0 }
        #expect(page.contains("at 0 not drawn") == (left > 0 && costs.contains { $0 > 0 }))
        _ = try front.table(TableStyle())
    }
}
