import Determinism
import Devices
import Testing

@Suite("Populations of devices")
struct PopulationTests {
    /// Twelve networks of a device whose first three terms cost so many times what its profile says.
    private func device(_ factors: [Double], seed: UInt64) -> FactorPopulation.Device {
        var random = RandomStream(seed: seed, .probes)
        var device = FactorPopulation.Device(rows: [], values: [])
        for _ in 0..<12 {
            var row = SIMD16<Double>.zero
            for term in factors.indices { row[term] = 0.1 + Double(random.uniform()) }
            device.rows.append(row)
            device.values.append(factors.indices.reduce(0) { $0 + factors[$1] * row[$1] })
        }
        return device
    }

    /// Twenty devices of any speed whose second term is always four times as dear as the first.
    private var devices: [FactorPopulation.Device] {
        (0..<20).map { index in
            let speed = 0.2 + 0.3 * Double(index)
            return device([speed, 4 * speed, speed * (index % 2 == 0 ? 0.5 : 1.5)], seed: UInt64(index))
        }
    }

    @Test("What devices have in common is learned, whatever their speed")
    func learnsProportions() {
        let population = FactorPopulation(learningFrom: devices)
        #expect(abs(population.factors[1] / population.factors[0] / 4 - 1) < 0.1)
        // Beside the first, the third term differs by a factor of three between devices, the second by nothing.
        let spread = population.covariance
        let second = spread[1][1] + spread[0][0] - 2 * spread[1][0]
        let third = spread[2][2] + spread[0][0] - 2 * spread[2][0]
        #expect(third > 2 * second)
    }

    @Test("Two measurements of a device of a population say more than without it")
    func correctsPopulation() throws {
        var profile = try Shipped.profile("generic-ncnn-cpu")
        let truth = device([7, 28, 10], seed: 99)
        let error = { (profile: DeviceProfile) in
            let fitted = profile.calibrated(
                rows: Array(truth.rows.prefix(2)), milliseconds: Array(truth.values.prefix(2)), note: "")
            return truth.rows.indices.dropFirst(2).reduce(0.0) { sum, index in
                sum + abs(fitted.time(truth.rows[index], others: []).milliseconds / truth.values[index] - 1)
            }
        }
        profile.population = nil
        let alone = error(profile)
        profile.population = FactorPopulation(learningFrom: devices)
        #expect(error(profile) < 0.5 * alone)
    }

    @Test("A profile with a population is written and read back")
    func roundTrip() throws {
        var profile = try Shipped.profile("generic-ncnn-cpu")
        profile.population = FactorPopulation(learningFrom: devices)
        let read = try DeviceProfile(parsing: profile.yaml, file: "written.yaml")
        #expect(read.population == profile.population)
    }

    @Test("A covariance that no spread can have is refused with its line")
    func refusesCovariance() throws {
        var profile = try Shipped.profile("generic-ncnn-cpu")
        var population = FactorPopulation(learningFrom: devices)
        population.covariance[2][2] = -1
        profile.population = population
        #expect {
            try DeviceProfile(parsing: profile.yaml, file: "x.yaml")
        } throws: {
            "\($0)".contains("x.yaml") && "\($0)".contains("not positive definite")
        }
    }
}
