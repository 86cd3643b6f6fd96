import Datasets
import Foundation
import Testing

@Suite("Recordings")
struct AudioTests {
    /// A WAV file of one chunk of sound.
    static func wav(code: Int, bits: Int, channels: Int = 1, rate: Int = 8000, _ data: [UInt8]) -> [UInt8] {
        var chunks = Array("WAVEfmt ".utf8)
        chunks.append(16, bytes: 4)
        chunks.append(code, bytes: 2)
        chunks.append(channels, bytes: 2)
        chunks.append(rate, bytes: 4)
        chunks.append(rate * channels * bits / 8, bytes: 4)
        chunks.append(channels * bits / 8, bytes: 2)
        chunks.append(bits, bytes: 2)
        chunks.append(contentsOf: "data".utf8)
        chunks.append(data.count, bytes: 4)
        chunks.append(contentsOf: data)
        var file = Array("RIFF".utf8)
        file.append(chunks.count, bytes: 4)
        file.append(contentsOf: chunks)
        return file
    }

    static let formats: [(Int, Int, [UInt8], [Float])] = [
        (1, 8, [0, 128, 192], [-1, 0, 0.5]),
        (1, 16, [0, 0x80, 0, 0, 0, 0x40], [-1, 0, 0.5]),
        (1, 24, [0, 0, 0x80, 0, 0, 0, 0, 0, 0x40], [-1, 0, 0.5]),
        (1, 32, [0, 0, 0, 0x80, 0, 0, 0, 0x40], [-1, 0.5]),
        (3, 32, [0, 0, 0, 0x3f], [0.5]),
        (3, 64, [0, 0, 0, 0, 0, 0, 0xe0, 0x3f], [0.5]),
    ]

    @Test("Every usual sample format is read", arguments: formats)
    func readsFormats(_ code: Int, _ bits: Int, _ data: [UInt8], _ expected: [Float]) throws {
        let sound = try WAVFile(parsing: AudioTests.wav(code: code, bits: bits, data), file: "a.wav")
        #expect(sound.samples == expected && sound.sampleRate == 8000)
    }

    @Test("Stereo is mixed down")
    func mixesStereo() throws {
        let sound = try WAVFile(
            parsing: AudioTests.wav(code: 1, bits: 8, channels: 2, [128, 192, 0, 128]), file: "a.wav")
        #expect(sound.samples == [0.25, -0.5])
    }

    static let wrong: [([UInt8], String)] = [
        ([], "byte 0: is no WAV file"),
        (Array("RIFF....WAVE".utf8), "holds no sound"),
        (wav(code: 2, bits: 4, [1]), "format 2 of 4 bits is not read"),
        (wav(code: 1, bits: 12, [1]), "format 1 of 12 bits is not read"),
        (wav(code: 1, bits: 8, channels: 0, [1]), "0 channels at 8000 Hz are impossible"),
        (wav(code: 1, bits: 8, [1, 2, 3]).dropLast(2), "is truncated: 1 of 3 bytes of sound"),
        (wav(code: 3, bits: 32, [0, 0, 0xc0, 0x7f]), "a sample is not finite"),
    ]

    @Test("A wrong recording is refused with its byte", arguments: wrong)
    func refusesWrong(_ bytes: [UInt8], _ message: String) {
        #expect { try WAVFile(parsing: bytes, file: "a.wav") } throws: { "\($0)".contains(message) }
    }

    @Test("A WAV file cut anywhere or with any byte changed never traps")
    func survivesDamage() {
        let file = AudioTests.wav(code: 1, bits: 16, [UInt8](repeating: 9, count: 20))
        for place in file.indices {
            _ = try? WAVFile(parsing: file[..<place], file: "a.wav")
            for value: UInt8 in [0, 1, 0x7f, 0x80, 0xff] {
                var damaged = file
                damaged[place] = value
                _ = try? WAVFile(parsing: damaged, file: "a.wav")
            }
        }
    }

    @Test("The energy of a tone lies in the band of its pitch")
    func findsPitch() throws {
        let extractor = try LogMelExtractor(LogMel(), sampleRate: 8000, file: "tone")
        #expect(extractor.frames == 49 && extractor.bands == 40)
        for hertz in [200.0, 1000, 3000] {
            let tone = (0..<8000).map { Float(0.5 * sin(2 * Double.pi * hertz * Double($0) / 8000)) }
            let features = extractor.spectrogram(of: tone)
            let middle = Array(features[24 * 40..<25 * 40])
            let loudest = try #require(middle.indices.max { middle[$0] < middle[$1] })
            func mel(_ hertz: Double) -> Double { 2595 * log10(1 + hertz / 700) }
            let expected = (mel(hertz) - mel(20)) / ((mel(4000) - mel(20)) / 41) - 1
            #expect((Double(loudest) - expected).magnitude <= 1)
            // A sine of amplitude a has |FFT(w·x)|² / Σw² ≈ a² · (Σw)² / (4 · Σw²) at its frequency.
            #expect(middle[loudest] > 1 && middle[loudest] < 5)
        }
    }

    @Test("A power spectrum equals the sum that defines it")
    func spectrumEqualsDefinition() throws {
        var settings = LogMel()
        (settings.seconds, settings.windowSeconds, settings.hopSeconds) = (0.008, 0.008, 0.008)
        settings.bands = 1
        (settings.lowestHertz, settings.highestHertz) = (0, 4000)
        let extractor = try LogMelExtractor(settings, sampleRate: 8000, file: "noise")
        let samples = (0..<64).map { Float(sin(Double($0 * $0))) }
        let window = (0..<64).map { 0.5 - 0.5 * cos(2 * Double.pi * (Double($0) + 0.5) / 64) }
        let norm = window.reduce(0) { $0 + $1 * $1 }
        func mel(_ hertz: Double) -> Double { 2595 * log10(1 + hertz / 700) }
        let energy = (0...32).reduce(0.0) { sum, k in
            var (real, imaginary) = (0.0, 0.0)
            for i in 0..<64 {
                real += Double(samples[i]) * window[i] * cos(2 * Double.pi * Double(k * i) / 64)
                imaginary -= Double(samples[i]) * window[i] * sin(2 * Double.pi * Double(k * i) / 64)
            }
            let peak = mel(4000) / 2
            let weight = max(0, 1 - (mel(Double(k) * 125) - peak).magnitude / peak)
            return sum + weight * (real * real + imaginary * imaginary) / norm
        }
        #expect((Double(extractor.spectrogram(of: samples)[0]) - log(energy + 1e-6)).magnitude < 1e-4)
    }

    @Test("Silence and recordings of no length give the floor")
    func silenceIsFloor() throws {
        let extractor = try LogMelExtractor(LogMel(), sampleRate: 8000, file: "silence")
        #expect(extractor.spectrogram(of: []).allSatisfy { $0 == extractor.silence })
    }

    @Test("A folder of recordings is read as its archive is")
    func readsFolder() throws {
        let sound = AudioTests.wav(code: 1, bits: 16, (0..<400).map { UInt8($0 * 7 % 251) })
        let names = ["yes_ann_0.wav", "yes_bob_1.wav", "no_ann_0.wav", "no_bob_1.wav"]
        let files = [String: [UInt8]](uniqueKeysWithValues: names.map { ($0, sound) })
        try withFolder(files) { folder in
            let dataset = try Dataset(DatasetRequest(source: .wavFolder, path: folder))
            #expect(dataset.classNames == ["no", "yes"] && dataset.labels == [0, 0, 1, 1])
            #expect(dataset.groupNames == ["ann", "bob"] && dataset.groups == [0, 1, 0, 1])
            #expect(dataset.sampleNames == names.sorted())
        }
    }

    @Test("Recordings of the parts may lie in folders of their own, whose waveforms are found again")
    func readsPartsOfTheirOwn() throws {
        let (low, high) = ([1, 2, 3, 4] as [UInt8], [1, 64, 3, 64] as [UInt8])
        let files = [
            "all/no_ann.wav": low, "all/yes_ann.wav": high, "new/yes_bob.wav": high, "new/no_bob.wav": low,
        ].mapValues { AudioTests.wav(code: 1, bits: 16, $0) }
        try withFolder(files) { folder in
            var request = DatasetRequest(source: .wavFolder, path: "\(folder)/all")
            request.testPath = "\(folder)/new"
            let dataset = try Dataset(request)
            #expect(dataset.classNames == ["no", "yes"] && dataset.labels == [0, 1, 0, 1])
            #expect(dataset.groupNames == ["ann", "bob"] && dataset.officialTest == 2..<4)
            let waves = try #require(dataset.recordings).waveforms([1, 3])
            #expect(waves[0] == waves[1])
        }
    }

    @Test("Folders name the classes where there are several")
    func readsClassFolders() throws {
        let sound = AudioTests.wav(code: 1, bits: 16, [1, 2, 3, 4])
        try withFolder(["up/a_1.wav": sound, "down/a_1.wav": sound, "down/b_2.wav": sound]) { folder in
            let dataset = try Dataset(DatasetRequest(source: .wavFolder, path: folder))
            #expect(dataset.classNames == ["down", "up"] && dataset.groupNames == ["a", "b"])
        }
        try withFolder(["up/1.wav": sound, "down/1.wav": sound, "down/2.wav": sound]) { folder in
            let numbered = try Dataset(DatasetRequest(source: .wavFolder, path: folder))
            #expect(numbered.groups.isEmpty && numbered.labels == [0, 0, 1])
        }
    }

    @Test("The class is the nearest folder that tells classes apart; parts at the top are official")
    func readsNestedFolders() throws {
        let sound = AudioTests.wav(code: 1, bits: 16, [1, 2, 3, 4])
        let files = ["day1/low/a.wav", "day1/high/b.wav", "day2/low/c.wav"].map { ($0, sound) }
        try withFolder([String: [UInt8]](uniqueKeysWithValues: files)) { folder in
            let dataset = try Dataset(DatasetRequest(source: .wavFolder, path: folder))
            #expect(dataset.classNames == ["high", "low"] && dataset.groupNames == ["day1", "day2"])
        }
        let parts = ["train/low/a.wav", "train/high/b.wav", "test/low/c.wav", "val/low/d.wav"].map {
            ($0, sound)
        }
        try withFolder([String: [UInt8]](uniqueKeysWithValues: parts)) { folder in
            let dataset = try Dataset(DatasetRequest(source: .wavFolder, path: folder))
            #expect(dataset.classNames == ["high", "low"] && dataset.officialValidation == 2..<3)
            #expect(dataset.officialTest == 3..<4 && dataset.sampleNames[3] == "test/low/c.wav")
        }
    }

    @Test("A recording whose header was never finished has all that follows")
    func readsUnfinishedHeader() throws {
        var file = AudioTests.wav(code: 1, bits: 8, [128, 192, 0])
        for length: [UInt8] in [[0, 0, 0, 0], [255, 255, 255, 255]] {
            file.replaceSubrange(40..<44, with: length)
            #expect(try WAVFile(parsing: file, file: "a.wav").samples == [0, 0.5, -1])
        }
    }

    @Test("Recordings of two rates are brought to the one that most have")
    func resamples() throws {
        func tone(_ rate: Int) -> [UInt8] {
            let step = 2 * Double.pi * 440 / Double(rate)
            let values = (0..<rate / 2).map { Int(sin(step * Double($0)) * 16000) }
            let bytes = values.flatMap { [UInt8($0 & 255), UInt8($0 >> 8 & 255)] }
            return AudioTests.wav(code: 1, bits: 16, rate: rate, bytes)
        }
        try withFolder(["a_1.wav": tone(8000), "b_1.wav": tone(8000), "b_2.wav": tone(16000)]) { folder in
            let dataset = try Dataset(DatasetRequest(source: .wavFolder, path: folder))
            let (slow, fast) = (dataset.sample(1), dataset.sample(2))
            #expect(dataset.recordings?.sampleRate == 8000)
            // The middle frame, at the bands that hold energy.
            let bands = (24 * 40..<25 * 40).filter { slow[$0] > 0 }
            #expect(!bands.isEmpty && bands.allSatisfy { (slow[$0] - fast[$0]).magnitude < 0.05 })
        }
    }

    @Test("Coefficients are the orthonormal cosine transform of the bands")
    func computesCoefficients() throws {
        var settings = LogMel()
        let samples = (0..<8000).map { Float(sin(Double($0) * Double($0) / 900)) }
        let bands = try LogMelExtractor(settings, sampleRate: 8000, file: "a").spectrogram(of: samples)
        settings.coefficients = 13
        let extractor = try LogMelExtractor(settings, sampleRate: 8000, file: "a")
        let coefficients = extractor.spectrogram(of: samples)
        #expect(extractor.bands == 13 && coefficients.count == 49 * 13)
        for k in 0..<13 {
            var sum = 0.0
            for band in 0..<40 {
                sum += Double(bands[9 * 40 + band]) * cos(Double.pi * Double(k) * (Double(band) + 0.5) / 40)
            }
            let expected = sum * (k == 0 ? 1.0 / 40 : 2.0 / 40).squareRoot()
            #expect((Double(coefficients[9 * 13 + k]) - expected).magnitude < 1e-3)
        }
    }

    /// Numbers of numpy and scipy (rfft; dct of type 2, norm ortho) after the HTK Book's mel scale and triangles.
    @Test("Coefficients are those of the HTK Book's formulas, computed elsewhere")
    func agreesWithPublishedFormulas() throws {
        let samples = (0..<16_000).map { place -> Float in
            let t = Double(place) / 16_000
            let wave = sin(2 * Double.pi * (200 * t + 1900 * t * t))
            return Float(0.5 * wave * (0.6 + 0.4 * sin(6 * Double.pi * t)))
        }
        var settings = LogMel()
        settings.coefficients = 13
        let extractor = try LogMelExtractor(settings, sampleRate: 16_000, file: "a")
        let coefficients = extractor.spectrogram(of: samples)
        let golden: [Int: [Double]] = [
            0: [
                -72.595010, 19.324173, 14.978694, 8.924427, 2.533694, -2.917641, -6.580152, -8.179257,
                -7.966245, -6.528558, -4.551569, -2.617906, -1.095168,
            ],
            17: [
                -78.064365, 1.670580, -12.503996, -4.715895, 10.661109, 6.965063, -8.041640, -8.136428,
                5.156765, 8.205632, -2.489117, -7.368044, 0.387928,
            ],
            48: [
                -81.355477, -6.081684, 0.201013, 5.709243, -8.262169, 6.082212, -0.560091, -5.039908,
                7.542853, -5.696811, 0.799777, 4.192209, -6.469826,
            ],
        ]
        for (frame, expected) in golden {
            for (k, value) in expected.enumerated() {
                #expect((Double(coefficients[frame * 13 + k]) - value).magnitude < 2e-3, "\(frame) \(k)")
            }
        }
    }

    @Test("A front-end's work is counted by its transform, bands and tables")
    func countsWork() throws {
        let work = try LogMelExtractor(LogMel(), sampleRate: 8000, file: "a").work
        // Windows of 320 samples in a transform of 512.
        #expect(work.frames == 49 && work.ramBytes == 2 * 320 + 8 * 512)
        let others = 320 + 5760 + 512 + 800
        #expect((others..<others + 600).contains(work.macsPerFrame))
        var settings = LogMel()
        settings.coefficients = 13
        let longer = try LogMelExtractor(settings, sampleRate: 8000, file: "a").work
        #expect(longer.macsPerFrame - work.macsPerFrame == 13 * 40)
        #expect(longer.flashBytes - work.flashBytes == 4 * 13 * 40)
    }

    @Test("Recordings of one class, without sound, or none are refused")
    func refusesUnusableFolders() throws {
        let slow = AudioTests.wav(code: 1, bits: 16, [1, 2])
        let empty = AudioTests.wav(code: 1, bits: 16, [])
        for (files, message) in [
            (["a_1.wav": slow, "a_2.wav": slow], "one class only"),
            (["a_1.wav": slow, "b_2.wav": empty], "b_2.wav: holds no sound"),
            (["readme.txt": slow], "holds no .wav files"),
        ] {
            try withFolder(files) { folder in
                #expect {
                    try Dataset(DatasetRequest(source: .wavFolder, path: folder))
                } throws: { "\($0)".contains(message) }
            }
        }
    }
}

extension AudioTests {
    @Test("Matrices give the bands and coefficients that the Fourier transform gives", arguments: [nil, 13])
    func matrices(coefficients: Int?) throws {
        var settings = LogMel()
        settings.seconds = 0.2
        settings.coefficients = coefficients
        let extractor = try LogMelExtractor(settings, sampleRate: 8000, file: "noise")
        let matrices = LogMelMatrices(extractor)
        let waveform = (0..<matrices.length).map { Float(($0 * 7919) % 2003) / 1001.5 - 1 }
        let expected = extractor.spectrogram(of: waveform)
        var made: [Float] = []
        for frame in 0..<extractor.frames {
            let window = waveform[frame * matrices.hop..<frame * matrices.hop + matrices.width]
            let waves = product(matrices.taps, Array(window))
            let bands = product(matrices.bands, waves.map { $0 * $0 }).map {
                log($0 + Double(matrices.floor))
            }
            made += (coefficients == nil ? bands : product(matrices.cosines, bands)).map { Float($0) }
        }
        #expect(made.count == expected.count)
        #expect(zip(made, expected).allSatisfy { ($0 - $1).magnitude < 1e-3 })
    }

    private func product<Number: BinaryFloatingPoint>(_ matrix: [Float], _ vector: [Number]) -> [Double] {
        (0..<matrix.count / vector.count).map { row in
            vector.indices.reduce(0) { $0 + Double(matrix[row * vector.count + $1]) * Double(vector[$1]) }
        }
    }
}
