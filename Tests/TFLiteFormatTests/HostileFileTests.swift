import Foundation
import ModelGraph
import TFLiteFormat
import Testing

/// Files that are not what they claim to be give one sentence, never a trap or a huge allocation.
@Suite struct HostileFileTests {
    @Test("Every truncation of a model is refused")
    func refusesTruncation() throws {
        let model = try #require(OperatorCase.all.first).model
        for length in stride(from: 0, to: model.count, by: 3) {
            let error = #expect(throws: TFLiteError.self) {
                try TFLiteModel.parse(Array(model[..<length]), file: "cut.tflite")
            }
            #expect(error?.description.hasPrefix("cut.tflite: ") == true)
        }
    }

    @Test("Random bytes are refused, with and without the file identifier", arguments: 0..<200)
    func refusesNoise(seed: Int) {
        var noise = Noise(seed: UInt64(seed))
        var bytes = (0..<64 + noise.below(4096)).map { _ in UInt8(truncatingIfNeeded: noise.next()) }
        if seed % 2 == 0 { bytes.replaceSubrange(4..<8, with: Array("TFL3".utf8)) }
        if seed % 4 == 0 { bytes.replaceSubrange(0..<4, with: [16, 0, 0, 0]) }
        #expect(throws: TFLiteError.self) { try TFLiteModel.parse(bytes, file: "noise.tflite") }
    }

    /// `SWIFTLET_FUZZ_MUTANTS` sets how many; the acceptance run uses 100,000 (docs/tflite.md).
    @Test("Mutants of small models import or are refused, and what imports can be written")
    func survivesMutation() throws {
        let wanted = ProcessInfo.processInfo.environment["SWIFTLET_FUZZ_MUTANTS"].flatMap(Int.init) ?? 20_000
        let models = OperatorCase.all.map(\.model) + FurtherCase.all.map(\.model)
        try #require(!models.isEmpty)
        for seed in 0..<wanted {
            var noise = Noise(seed: UInt64(seed))
            Mutant.check(noise.mutant(of: models[seed % models.count]))
        }
    }

    /// Half as many as above, of files of 40 to 80 KB; skipped where the models are absent.
    @Test("Mutants of real models import or are refused", .enabled(if: RealModels.areHere))
    func survivesMutationOfRealModels() throws {
        let wanted = ProcessInfo.processInfo.environment["SWIFTLET_FUZZ_MUTANTS"].flatMap(Int.init) ?? 600
        let models = try ["kws_ref_model", "kws_ref_model_float32", "str_ww_ref_model"].map {
            try RealModels.bytes($0)
        }
        for seed in 0..<wanted {
            var noise = Noise(seed: UInt64(seed) << 32)
            Mutant.check(noise.mutant(of: models[seed % models.count]))
        }
    }

    @Test("An operator that Swiftlet lacks is named, with what to do")
    func namesUnsupportedOperator() throws {
        // RELU is operator 19, which the file says twice; 16 is LSTM.
        var model = try #require(OperatorCase.all.first { $0.name == "relu" }).model
        for place in model.indices where model[place] == 19 { model[place] = 16 }
        let error = #expect(throws: TFLiteError.self) { try TFLiteModel.parse(model, file: "relu.tflite") }
        #expect(
            error?.description
                == "relu.tflite: 1 of its operators: Swiftlet runs none of these: LSTM × 1; express them with "
                + "supported operators before exporting")
    }

    @Test("An operator that waits for its own result is refused")
    func refusesCycle() throws {
        // RELU reads tensor 0 and writes tensor 1; wherever the file lists tensor 0 alone, it lists tensor 1 instead.
        let model = try #require(OperatorCase.all.first { $0.name == "relu" }).model
        let list: [UInt8] = [1, 0, 0, 0, 0, 0, 0, 0]
        var sentences: [String] = []
        for place in stride(from: 0, to: model.count - 8, by: 4)
        where Array(model[place..<place + 8]) == list {
            var bytes = model
            bytes[place + 4] = 1
            do { _ = try TFLiteModel.parse(bytes, file: "cycle.tflite") } catch {
                sentences.append(error.description)
            }
        }
        #expect(sentences.contains { $0.contains("before anything computes it") }, "\(sentences)")
    }

    @Test("Weights that are not numbers are refused")
    func refusesNaN() throws {
        var builder = GraphBuilder(name: "nan")
        let x = builder.input("x", ValueType([1, 2]))
        let weights = builder.constant("w", Tensor([1, 2], [1.5, .nan]))
        let y = try builder.apply(.dense, to: [x, weights], name: "y")
        let graph = builder.graph(outputs: [y])
        let error = #expect(throws: TFLiteError.self) {
            try TFLiteModel.parse(try TFLiteModel.write(graph), file: "nan.tflite")
        }
        #expect(error?.description.contains("'w' holds NaN") == true)
    }

    @Test("A chain of 100,000 operators is written and read")
    func readsLongChain() throws {
        var builder = GraphBuilder(name: "chain")
        var x = builder.input("x", ValueType([1, 4]))
        for step in 0..<100_000 { x = try builder.apply(.unary(.negate), to: [x], name: "step\(step)") }
        let bytes = try TFLiteModel.write(builder.graph(outputs: [x]))
        #expect(try TFLiteModel.parse(bytes, file: "chain.tflite").graph.nodes.count == 100_000)
    }

    @Test("A missing file is named")
    func namesMissingFile() {
        let error = #expect(throws: TFLiteError.self) { try TFLiteModel.read(path: "/nowhere/model.tflite") }
        #expect(error?.description.hasPrefix("/nowhere/model.tflite: cannot be read") == true)
    }
}

enum Mutant {
    /// Imports a mutant, and writes and imports again what was accepted.
    static func check(_ bytes: [UInt8]) {
        do throws(TFLiteError) {
            let model = try TFLiteModel.parse(bytes, file: "mutant.tflite")
            let written = try TFLiteModel.write(model.graph)
            _ = try TFLiteModel.parse(written, file: "mutant.tflite")
        } catch {
            let text = error.description
            if text.contains(where: \.isNewline) { Issue.record("not one sentence: \(text.prefix(300))") }
        }
    }
}

/// Reproducible randomness for mutants.
struct Noise {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 }

    mutating func next() -> UInt64 {
        state = state &+ 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func below(_ count: Int) -> Int { Int(next() % UInt64(max(count, 1))) }

    /// One to eight changes: bits, bytes, 32-bit words with telling values, copies, removals and cuts.
    mutating func mutant(of model: [UInt8]) -> [UInt8] {
        var bytes = model
        for _ in 0...below(8) {
            guard bytes.count > 16 else { break }
            let place = below(bytes.count - 8)
            switch below(12) {
            case 0...2: bytes[place] ^= 1 << UInt8(below(8))
            case 3...5: bytes[place] = UInt8(truncatingIfNeeded: next())
            case 6...8:
                let words: [UInt32] = [
                    0, 1, 2, 0xffff_ffff, 0x7fff_ffff, 0x8000_0000, 0xffff, 0x7fc0_0000, UInt32(place),
                ]
                let word = words[below(words.count)]
                for byte in 0..<4 {
                    bytes[place / 4 * 4 + byte] = UInt8(truncatingIfNeeded: word >> (8 * UInt32(byte)))
                }
            case 9:
                let from = below(bytes.count - 8)
                for byte in 0..<4 { bytes[place + byte] = bytes[from + byte] }
            case 10: bytes.removeSubrange(place..<place + 1 + below(4))
            default: if below(20) == 0 { bytes.removeLast(below(bytes.count)) }
            }
        }
        return bytes
    }
}
