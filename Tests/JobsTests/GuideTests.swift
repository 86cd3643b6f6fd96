import Candidates
import Determinism
import Devices
import Foundation
import Jobs
import Quantities
import Search
import Testing

/// Identities last: a job begun today is found by every later version, so the encodings are compared with stored ones.
@Suite("Guides and identities")
struct GuideTests {
    private static func guide(_ text: String = JobText.small) throws -> Identity {
        let job = try JobText.resolved(text)
        return job.guide(try job.work(data: nil))
    }

    private static func keys(_ text: String = JobText.small) throws -> [String: String] {
        Dictionary(try guide(text).leaves.map { ($0.path, $0.text) }) { first, _ in first }
    }

    @Test("The encodings are those that were stored")
    func stored() throws {
        let keys = try Self.keys()
        let stored = [
            "version": "1", "data.version": "1", "data.augmentation.shift_rows": "1",
            "data.task.task": "classification", "data.task.metric": "accuracy", "space.name": "tiny-image",
            "objectives": "[\"accuracy\", \"latency_ms\"]", "constraints": "[]", "reserve.ram_bytes": "0",
            "training.epochs": "1.0", "training.batch": "64", "training.optimizer": "sgd",
            "finalists.training.epochs": "1.0", "finalists.everyone": "false",
            "finalists.maximum_drop": "null", "compressing.calibrator": "mean-squared-error",
            "search.strategy": "guided", "search.batch": "2", "search.seed": "3",
            "data.content": "a7782a4562b584fbd9d119c3db64b8bc432af68fd579171d71d9e098fd50a9f8",
            "data.parts": "9da7d45b0ad229626b3ce1a1169dc9e1875faa50daacb019e9536479e04dffa7",
        ]
        for (key, value) in stored { #expect(keys[key] == value, "\(key)") }
        let limit = try Constraint(device: "stm32h743", .peakRAM, .atMost(524_288), confidence: nil)
        #expect(limit.identity.hash == "cf51c8877c0950b8cede98d8dfeaf263da2d6778befdb8e2ad0004de1df7aab0")
        #expect(
            TrainingSettings(epochs: 5).identity.hash
                == "6dec23f4d5ea79ac1eb007411a34d802c10189a7cd0bd83fce16e17f1c38e0a5")
    }

    @Test(
        "What decides the result changes the identity, by however little",
        arguments: [
            ("seed: 3", "seed: 4"), ("epochs: 1, batch: 64", "epochs: 1.0000001, batch: 64"),
            ("split_seed: 7", "split_seed: 8"), ("validation: 0.2", "validation: 0.21"),
            ("precision: [float32, int8]", "precision: [int8]"), ("search: {", "search: {strategy: random, "),
            ("training:", "reserve: {ram: 512.03KiB}\ntraining:"),
            ("training:", "constraints: [{metric: latency_ms, at_most: 12.34}]\ntraining:"),
        ])
    func different(present: String, change: String) throws {
        #expect(try Self.guide().hash != Self.guide(JobText.small.replacing(present, with: change)).hash)
    }

    @Test("Limits that read alike are told apart")
    func limits() throws {
        func hash(_ limit: Double) throws -> String {
            try Constraint(.latency, .atMost(limit)).identity.hash
        }
        #expect(try hash(12.30) != hash(12.304))
    }

    @Test(
        "Name, budget, number of finalists and order of keys change nothing",
        arguments: [
            ("name: small", "name: other"), ("max_evaluations: 4", "max_evaluations: 5, max_time: 1h"),
            ("per_device: 1, epochs: 1", "epochs: 1, per_device: 7"),
        ])
    func same(present: String, change: String) throws {
        #expect(try Self.guide().hash == Self.guide(JobText.small.replacing(present, with: change)).hash)
    }

    @Test("A profile that is kept comes back as it was, with the device that it falls back on")
    func profiles() throws {
        for profile in try DeviceShelf().catalog.profiles {
            let kept = try DeviceProfile(profile.content)
            #expect(kept == profile, "\(profile.name)")
            #expect(kept.content == profile.content)
        }
    }
}
