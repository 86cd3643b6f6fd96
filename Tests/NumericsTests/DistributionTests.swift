import Numerics
import Testing

@Suite("Distributions and quantiles")
struct DistributionTests {
    // Values of scipy.stats.norm.ppf.
    @Test(
        "The normal quantile is that of the tables",
        arguments: [
            (0.5, 0), (0.9, 1.2815515655446004), (0.975, 1.959963984540054), (0.001, -3.090232306167813),
        ]
            as [(Double, Double)])
    func normal(share: Double, value: Double) {
        #expect(abs(Normal.quantile(share) - value) < 1e-8)
        #expect(abs(Normal.cumulative(value) - share) < 1e-8)
    }

    // Values of scipy.stats.t.ppf(0.9, degrees).
    @Test(
        "Student's quantile is that of the tables",
        arguments: [(1, 3.0777), (2, 1.8856), (3, 1.6377), (10, 1.3722), (100, 1.2901)] as [(Int, Double)])
    func student(degrees: Int, value: Double) {
        #expect(abs(StudentT.quantile(0.9, degrees: degrees) - value) < 2e-3)
    }

    @Test(
        "A quantile lies between its neighbours, as NumPy has it",
        arguments: [(0, 1), (0.5, 2.5), (0.25, 1.75), (1, 4)] as [(Double, Double)])
    func quantile(share: Double, value: Double) {
        #expect([4, 1, 3, 2].quantile(share) == value)
    }

    @Test("Of nothing there is no quantile")
    func none() {
        #expect([Double]().quantile(0.5) == nil)
        #expect([Double]().median == nil)
        #expect([7.0].median == 7)
    }
}
