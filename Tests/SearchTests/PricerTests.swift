import Quantities
import Search
import SearchSpaces
import Testing

@Suite("Prices of many points")
struct PricerTests {
    @Test("Points priced together break the same limits as points priced alone")
    func sameViolations() throws {
        let problem = try Landscape.problem(constraints: [
            try Constraint(device: "fast", .latency, .atMost(3), confidence: 0.9),
            try Constraint(.modelSize, .atMost(12_000)), try Constraint(.energy, .atMost(1)),
        ])
        let points = Array(problem.space.points.prefix(2000))
        let alone = points.map { point in
            let costs = problem.priced(point).costs
            return problem.targets.map { problem.violation(of: costs, on: $0) }.min()
        }
        #expect(problem.priceViolations(of: points) == alone.compactMap(\.self))
    }
}
