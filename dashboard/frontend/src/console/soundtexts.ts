// The words of the sounds.

import { translator } from "../shared/i18n";

const zh = {
  "sound.title": "声音",
  "sound.on": "提示音已开",
  "sound.until": "静音至 {time}",
  "sound.resume": "现在恢复声音",
  "sound.mute": "静音到什么时候？",
  "sound.minutes": "{n} 分钟",
  "sound.hour": "1 小时",
  "sound.shift": "到本班结束",
  "sound.shiftEnd": "本班结束时间",
  "sound.tooFar": "距现在超过 12 小时",
  "sound.never": "紧急情况从不静音：一直响到有人确认。静音到时自动结束，重新登录也会结束。",
  "sound.test": "试听并调节音量",
  "sound.new": "新呼叫",
  "sound.late": "超时",
  "sound.emergency": "紧急",
  "sound.emergencyWords": "紧急情况会这样播报",
  "sound.volume": "音量",
  "sound.side": "左右声道表示事发位置在楼层的左侧或右侧。",
  "sound.noVoice": "这台电脑没有本机中文语音：紧急情况只响铃，不播报。",
  "sound.untested": "声音尚未试听",
};

const en: Record<keyof typeof zh, string> = {
  "sound.title": "Sounds",
  "sound.on": "Sounds on",
  "sound.until": "Muted until {time}",
  "sound.resume": "Sounds on again now",
  "sound.mute": "Mute until when?",
  "sound.minutes": "{n} min",
  "sound.hour": "1 h",
  "sound.shift": "End of the shift",
  "sound.shiftEnd": "My shift ends at",
  "sound.tooFar": "That is more than 12 hours away",
  "sound.never": "Emergencies are never muted: they ring until somebody acknowledges. A mute ends by itself, and with the next log-in.",
  "sound.test": "Listen, and set the volume",
  "sound.new": "New call",
  "sound.late": "Late",
  "sound.emergency": "Emergency",
  "sound.emergencyWords": "This is how an emergency is said",
  "sound.volume": "Volume",
  "sound.side": "Left and right say on which side of the floor it happens.",
  "sound.noVoice": "This computer has no English voice of its own: emergencies ring, but are not spoken.",
  "sound.untested": "Sounds not tested yet",
};

export type SoundKey = keyof typeof zh;
export const tso = translator<SoundKey>(zh, en);
