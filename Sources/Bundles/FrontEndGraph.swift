import Datasets
import ModelGraph

extension Preprocessing {
    /// The way from a raw sample to what the models read, as a graph that runtimes run by themselves.
    ///
    /// Its input is [1, height, width, channels], or a waveform [1, samples]; its result has the shape that the models read.
    func graph() throws -> Graph {
        var builder = GraphBuilder(name: "front-end")
        let features: ValueID
        if let frontEnd {
            let matrices = LogMelMatrices(try frontEnd.extractor)
            let waveform = builder.input("raw", ValueType([1, matrices.length]))
            features = try builder.spectrogram(of: waveform, matrices, shape: sampleShape)
        } else {
            features = builder.input("raw", ValueType(Shape([1] + sampleShape)))
        }
        let input = try normalised(features, in: &builder)
        return builder.graph(outputs: [input])
    }

    /// (value − offset) · scale, in the order and precision of the search.
    private func normalised(_ values: ValueID, in builder: inout GraphBuilder) throws -> ValueID {
        let offsets = builder.constant("offsets", spread(self.offsets))
        let scales = builder.constant("scales", spread(self.scales))
        let shifted = try builder.apply(.binary(.subtract), to: [values, offsets], name: "shifted")
        return try builder.apply(.binary(.multiply), to: [shifted, scales], name: "input")
    }

    /// Numbers that repeat over a sample, as a constant that broadcasts to it.
    private func spread(_ numbers: [Float]) -> Tensor {
        let size = sampleShape.reduce(1, *)
        if numbers.count == 1 || numbers.count == sampleShape.last {
            return Tensor(Shape([1, 1, 1, numbers.count]), numbers)
        }
        return Tensor(Shape([1] + sampleShape), (0..<size).map { numbers[$0 % numbers.count] })
    }
}

extension GraphBuilder {
    /// Frames × bands (or coefficients) of a waveform: a convolution by windowed waves, squares, sums over bands, logarithms.
    fileprivate mutating func spectrogram(
        of waveform: ValueID, _ matrices: LogMelMatrices, shape: [Int]
    ) throws -> ValueID {
        let signal = try apply(.reshape([1, matrices.length, 1, 1]), to: [waveform], name: "signal")
        let taps = constant("taps", Tensor([matrices.tapCount, matrices.width, 1, 1], matrices.taps))
        let waves = try apply(
            .convolution(
                Convolution(kernel: Extent(matrices.width, 1), stride: Extent(matrices.hop, 1))),
            to: [signal, taps], name: "waves")
        let squares = try apply(.binary(.multiply), to: [waves, waves], name: "squares")
        let bands = constant("bands", Tensor([matrices.bandCount, 1, 1, matrices.tapCount], matrices.bands))
        let floor = constant(
            "floor",
            Tensor([matrices.bandCount], [Float](repeating: matrices.floor, count: matrices.bandCount)))
        let energies = try apply(
            .convolution(Convolution(kernel: 1)), to: [squares, bands, floor], name: "energies")
        var features = try apply(.unary(.logarithm), to: [energies], name: "log_mel")
        if !matrices.cosines.isEmpty {
            let count = matrices.cosines.count / matrices.bandCount
            let cosines = constant("cosines", Tensor([count, 1, 1, matrices.bandCount], matrices.cosines))
            features = try apply(
                .convolution(Convolution(kernel: 1)), to: [features, cosines], name: "mfcc")
        }
        return try apply(.reshape([1] + shape), to: [features], name: "features")
    }
}
