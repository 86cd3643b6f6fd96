import Devices
import ModelCompression
import ModelGraph

extension RuntimeAbilities {
    /// What a device's runtime makes of compressed weights.
    init(_ profile: DeviceProfile) {
        let native = profile.support.types.filter { $0.treatment == .native }.map(\.dataType)
        self.init(
            name: profile.runtime.name, storesSparse: profile.runtime.storesSparse,
            zeroSkipping: profile.runtime.zeroSkipping,
            precisions: Precision.allCases.filter { native.contains($0.weightType) },
            takesChannelScales: profile.support.channelScales == .native)
    }
}

extension Precision {
    /// The type of a layer's weights.
    fileprivate var weightType: DataType {
        switch self {
        case .float32: .float32
        case .float16: .float16
        case .bfloat16: .bfloat16
        case .int8: .int8
        case .binary: .binary
        }
    }
}
